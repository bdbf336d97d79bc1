"""Locates strings in YAML files by the marks that ruamel.yaml leaves on its nodes: images of services, and single keys.

Nothing is constructed and nothing is written: nodes keep every scalar as text, whatever it looks like.
"""

import warnings
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from release_tools.domain.version_files.source import KeyPath, Scalar, Source, Unlocatable, parse_source


def locate_yaml_images(data: bytes) -> tuple[Scalar, ...]:
    """Locate the string of every `services.*.image`, aliases and merges followed, each place once and in order."""
    source = parse_source(data)
    nodes = {node.start_mark.index: node for document in _documents(source) for node in _images(document)}
    return tuple(_scalar(source, node) for _, node in sorted(nodes.items()))


def locate_yaml_string(data: bytes, key: KeyPath) -> Scalar | None:
    """Locate the string at a key path of a file with one document, None when it is absent."""
    source = parse_source(data)
    documents = _documents(source)
    if len(documents) > 1:
        raise Unlocatable(f"line {documents[1].start_mark.line + 1}: a second document begins; one is expected")
    node: Node | None = documents[0] if documents else None
    for name in key:
        node = None if node is None else _value(node, name, set())
    return _scalar(source, node) if isinstance(node, ScalarNode) and node.value else None


def _documents(source: Source) -> tuple[Node, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ReusedAnchorWarning)  # YAML allows an anchor to be defined again
            return tuple(YAML(pure=True).compose_all(source.text))
    except (AssertionError, KeyError) as error:
        # ruamel.yaml meets a `%YAML` directive of a version it does not know with these two.
        raise Unlocatable(f"this is not YAML 1.1 or 1.2 ({error})") from error
    except YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        place = "" if line is None else f"line {line + 1}: "
        raise Unlocatable(f"{place}this is not YAML ({getattr(error, 'problem', None) or error})") from error
    except RecursionError as error:
        raise Unlocatable("the YAML is nested too deeply") from error


def _scalar(source: Source, node: ScalarNode) -> Scalar:
    return Scalar(start=source.byte_at(node.start_mark.index), end=source.byte_at(node.end_mark.index), text=node.value)


def _images(document: Node) -> Iterator[ScalarNode]:
    services = _value(document, "services", set())
    for _, service in services.value if isinstance(services, MappingNode) else ():
        image = _value(service, "image", set())
        if isinstance(image, ScalarNode):
            yield image


def _value(node: Node, key: str, seen: set[int]) -> Node | None:
    """Return a mapping's value: its own, else the first one that a merge key (`<<`) brings in."""
    if not isinstance(node, MappingNode) or id(node) in seen:
        return None
    seen.add(id(node))
    own: list[Node] = [value for name, value in node.value if name.value == key]
    if len(own) > 1:
        raise Unlocatable(f"line {own[1].start_mark.line + 1}: the key `{key}` stands twice")
    if own:
        return own[0]
    merged = (source for name, value in node.value if name.value == "<<" for source in _sources(value))
    values = (_value(source, key, seen) for source in merged)
    return next((value for value in values if value is not None), None)


def _sources(node: Node) -> tuple[Node, ...]:
    return tuple(node.value) if isinstance(node, SequenceNode) else (node,)
