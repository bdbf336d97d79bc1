"""HTTP as bytes: what is passed on has one meaning, and it is the one that was received."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_tools.adapters.front.gate import OPEN, SHUT, Order, hash_token, passes, without_token
from release_tools.adapters.front.wire import (
    HOP_BY_HOP,
    Framing,
    Refused,
    chunk_size,
    parse_request,
    parse_response,
    render_request,
    render_response,
    request_framing,
    response_framing,
)

NAMES = st.sampled_from(
    [
        b"Content-Length",
        b"content-length",
        b"Transfer-Encoding",
        b"Connection",
        b"Host",
        b"X-A",
        b"X_A",
        b"Upgrade",
        b"TE",
    ]
)
VALUES = st.sampled_from(
    [b"3", b"03", b"chunked", b"Chunked", b"identity", b"close", b"X-A", b"websocket", b"Upgrade", b""]
)
LINES = st.lists(st.tuples(NAMES, st.sampled_from([b":", b": ", b" :", b":\t"]), VALUES), max_size=6)
NOISE = st.binary(max_size=4)


def head_of(first: bytes, lines: list[tuple[bytes, bytes, bytes]], noise: bytes = b"") -> bytes:
    """Return a head with these lines, and noise somewhere in it."""
    rows = [first, b"Host: x", *(name + colon + value for name, colon, value in lines)]
    return b"\r\n".join(rows) + noise + b"\r\n\r\n"


@given(LINES, NOISE)
def test_what_is_passed_on_reads_as_one_request_with_one_length(
    lines: list[tuple[bytes, bytes, bytes]], noise: bytes
) -> None:
    """Refused, or: the service reads the same method, target and body, one framing, one Host, nothing hop by hop."""
    try:
        request = parse_request(head_of(b"POST /a HTTP/1.1", lines, noise))
        framing = request_framing(request)
    except Refused as refusal:
        assert refusal.status == 400
        return
    sent = render_request(request, framing, ((b"X-Forwarded-For", b"1.2.3.4"),))
    assert sent.count(b"\r\n\r\n") == 1
    assert b"\n" not in sent.replace(b"\r\n", b"")
    again = parse_request(sent)
    assert (again.method, again.target) == (b"POST", b"/a")
    assert request_framing(again) == framing
    assert len(again.values(b"content-length")) + len(again.values(b"transfer-encoding")) <= 1
    assert again.values(b"host") == request.values(b"host")
    assert len(again.values(b"host")) == 1
    assert again.values(b"x-forwarded-for") == [b"1.2.3.4"]
    left = {name.lower() for name, _ in again.headers} & HOP_BY_HOP
    assert left <= ({b"transfer-encoding"} | ({b"connection", b"upgrade"} if request.upgrade else set()))
    assert not any(b"_" in name for name, _ in again.headers)


@given(LINES, st.sampled_from([b"GET", b"HEAD"]), st.sampled_from([200, 204, 304, 404]), st.booleans())
def test_an_answer_reads_the_same_at_the_client(
    lines: list[tuple[bytes, bytes, bytes]], method: bytes, status: int, chunked: bool
) -> None:
    """Its framing is the one that was announced; without a body there is none to wait for."""
    try:
        response = parse_response(head_of(b"HTTP/1.1 %d Fine" % status, lines))
        framing = response_framing(response, method)
    except Refused as refusal:
        assert refusal.status == 502
        return
    bodiless = method == b"HEAD" or status in (204, 304)
    sent = framing if framing.kind == "length" else Framing("chunked" if chunked else "close")
    again = parse_response(render_response(response, sent, closes=False, bodiless=bodiless))
    assert again.status == status
    assert response_framing(again, method) == sent


@given(st.binary(max_size=12))
def test_a_chunk_has_a_size_in_plain_hexadecimal_digits(line: bytes) -> None:
    """What int() takes besides (signs, underscores, a prefix, blanks in front) is refused."""
    try:
        size = chunk_size(line + b"\r\n")
    except Refused:
        return
    digits = line.split(b";")[0].rstrip(b" \t")
    assert digits.isalnum()
    assert size == int(digits, 16)


@pytest.mark.parametrize("line", [b"\r\n", b"+1\r\n", b"-1\r\n", b"0x1\r\n", b"1_0\r\n", b" 1\r\n", b"1\n", b"1" * 17])
def test_a_malformed_chunk_is_refused(line: bytes) -> None:
    """Each of these is read differently by some server."""
    with pytest.raises(Refused):
        chunk_size(line)


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_only_the_token_passes(token: str, other: str) -> None:
    """As a header; another one does not, and none passes where none is set."""
    order = Order(closed=True, token=hash_token(token))
    assert passes(order, [(b"x-maintenance-bypass", token.encode())])
    assert passes(order, [(b"X-Maintenance-Bypass", other.encode())]) == (other == token)
    assert not passes(SHUT, [(b"X-Maintenance-Bypass", b"")])
    assert not passes(OPEN, [(b"X-Maintenance-Bypass", token.encode())])


@pytest.mark.parametrize(
    ("cookie", "left"),
    [
        (b"maintenance-bypass=t", None),
        (b"a=1; maintenance-bypass=t", b"a=1"),
        (b"maintenance-bypass=t; a=1", b"a=1"),
        (b"a=1;maintenance-bypass=t;b=2", b"a=1;b=2"),
        (b"xmaintenance-bypass=t", b"xmaintenance-bypass=t"),
    ],
)
def test_the_cookie_of_the_token_is_taken_out(cookie: bytes, left: bytes | None) -> None:
    """Others stay as they are, and a Cookie header without any is none."""
    headers = without_token([(b"Cookie", cookie), (b"X", b"1")])
    assert headers == ((*(((b"Cookie", left),) if left else ()), (b"X", b"1")))
    assert passes(Order(closed=True, token=hash_token("t")), [(b"Cookie", cookie)]) == (left != cookie)
