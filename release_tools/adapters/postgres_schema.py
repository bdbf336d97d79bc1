"""The schema of a PostgreSQL database as one hash: equal for a copy that was dumped and restored, else different.

Every row below is a kind of thing with a query for its name and its definition. Numbers that a restored copy has
otherwise (OIDs, positions of dropped columns) must not be in there, nor what a dump cannot keep: invalid indexes,
versions of extensions.
"""

import hashlib
import re

from release_tools.adapters.postgres_connection import PostgresSession

SETTINGS = ("search_path = pg_catalog", "quote_all_identifiers = off")
"""With these, definitions name everything in full."""

OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
NAMESPACE = "JOIN pg_namespace n ON n.oid = {0}"
RELATION = f"JOIN pg_class c ON c.oid = {{0}} {NAMESPACE.format('c.relnamespace')}"
FULL = "format('%I.%I', n.nspname, {0})"
FIRST_OWN = 16384
"""The lowest OID that is not the server's own."""


def _native(catalog: str, oid: str) -> str:
    """Return the condition that no extension brought a thing along; with the extension it is there again."""
    member = f"d.classid = '{catalog}'::regclass AND d.objid = {oid} AND d.deptype = 'e'"
    return f"NOT EXISTS (SELECT FROM pg_depend d WHERE {member})"


def _owner(column: str) -> str:
    return f"pg_get_userbyid({column})"


def _grants(column: str, kind: str, owner: str) -> str:
    """Return an expression for grants, defaults written out, in no order that depends on when they were made."""
    word = "CASE grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(grantee) END"
    row = f"concat_ws(':', {word}, privilege_type, is_grantable)"
    everything = f"aclexplode(coalesce({column}, acldefault({kind}, {owner})))"
    return f"(SELECT string_agg({row}, ',' ORDER BY {row}) FROM {everything})"


def _comment(oid: str, catalog: str) -> str:
    return f"obj_description({oid}, '{catalog}')"


_SCHEMA = f"""
SELECT n.nspname, jsonb_build_array({_owner("n.nspowner")}, {_grants("n.nspacl", "'n'", "n.nspowner")},
  {_comment("n.oid", "pg_namespace")})
FROM pg_namespace n WHERE {OURS} AND {_native("pg_namespace", "n.oid")}"""

_RELATION = f"""
SELECT {FULL.format("c.relname")}, jsonb_build_array(c.relkind, {_owner("c.relowner")},
  {_grants("c.relacl", "CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::" + '"char"', "c.relowner")},
  c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispopulated,
  (SELECT string_agg(o, ',' ORDER BY o) FROM unnest(c.reloptions) o),
  pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), nullif(c.reloftype, 0)::regtype,
  (SELECT string_agg(i.inhparent::regclass::text, ',' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
  CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
  (SELECT spcname FROM pg_tablespace t WHERE t.oid = c.reltablespace), (SELECT amname FROM pg_am WHERE oid = c.relam),
  (SELECT concat_ws(' ', s.srvname, array_to_string(f.ftoptions, ',')) FROM pg_foreign_table f
   JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid), {_comment("c.oid", "pg_class")})
FROM pg_class c {NAMESPACE.format("c.relnamespace")}
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c') AND {OURS} AND {_native("pg_class", "c.oid")}"""

_COLUMN = f"""
SELECT concat_ws('.', {FULL.format("c.relname")}, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), a.attname),
  jsonb_build_array(format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attstorage,
    to_jsonb(a)->>'attcompression', array_to_string(a.attoptions, ','),
    nullif(coalesce((to_jsonb(a)->>'attstattarget')::int, -1), -1), pg_get_expr(e.adbin, e.adrelid),
    nullif(a.attcollation, t.typcollation)::regcollation,
    {_grants("a.attacl", "'c'", "c.relowner")}, col_description(c.oid, a.attnum))
FROM pg_attribute a {RELATION.format("a.attrelid")} JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  AND {OURS} AND {_native("pg_class", "c.oid")}"""

_CONSTRAINT = f"""
SELECT concat_ws('.', CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text ELSE k.contypid::regtype::text END,
  k.conname), jsonb_build_array(pg_get_constraintdef(k.oid), k.convalidated, {_comment("k.oid", "pg_constraint")})
FROM pg_constraint k {NAMESPACE.format("k.connamespace")}
WHERE k.contype <> 't' AND k.conparentid = 0 AND {OURS} AND {_native("pg_class", "k.conrelid")}"""

_INDEX = f"""
SELECT {FULL.format("c.relname")}, jsonb_build_array(pg_get_indexdef(c.oid), i.indisclustered, i.indisreplident,
  (SELECT spcname FROM pg_tablespace t WHERE t.oid = c.reltablespace), {_comment("c.oid", "pg_class")})
FROM pg_index i {RELATION.format("i.indexrelid")}
WHERE (i.indisvalid OR c.relkind = 'I') AND {OURS} AND {_native("pg_class", "i.indrelid")}"""

_TRIGGER = f"""
SELECT {FULL.format("c.relname || '.' || t.tgname")},
  jsonb_build_array(pg_get_triggerdef(t.oid), t.tgenabled, {_comment("t.oid", "pg_trigger")})
FROM pg_trigger t {RELATION.format("t.tgrelid")} WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {OURS}"""

_RULE = f"""
SELECT {FULL.format("c.relname || '.' || r.rulename")}, jsonb_build_array(pg_get_ruledef(r.oid), r.ev_enabled)
FROM pg_rewrite r {RELATION.format("r.ev_class")} WHERE r.rulename <> '_RETURN' AND {OURS}"""

_POLICY = f"""
SELECT {FULL.format("c.relname || '.' || p.polname")}, jsonb_build_array(p.polcmd, p.polpermissive,
  (SELECT array_agg(rolname ORDER BY rolname) FROM pg_roles WHERE oid = ANY (p.polroles)), 0 = ANY (p.polroles),
  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p {RELATION.format("p.polrelid")} WHERE {OURS}"""

_FUNCTION = f"""
SELECT p.oid::regprocedure::text, jsonb_build_array(p.prokind, {_owner("p.proowner")},
  {_grants("p.proacl", "'f'", "p.proowner")}, CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
  (SELECT jsonb_build_array(a.aggkind, a.aggtransfn::regprocedure, nullif(a.aggfinalfn, 0)::regprocedure,
    nullif(a.aggcombinefn, 0)::regprocedure, a.aggtranstype::regtype, a.agginitval)
   FROM pg_aggregate a WHERE a.aggfnoid = p.oid), {_comment("p.oid", "pg_proc")})
FROM pg_proc p {NAMESPACE.format("p.pronamespace")} WHERE {OURS} AND {_native("pg_proc", "p.oid")}"""

_TYPE = f"""
SELECT t.oid::regtype::text, jsonb_build_array(t.typtype,
  {_owner("t.typowner")}, {_grants("t.typacl", "'T'", "t.typowner")},
  (SELECT string_agg(quote_literal(enumlabel), ',' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
  (SELECT concat_ws(' ', r.rngsubtype::regtype, nullif(r.rngcollation, 0)::regcollation)
   FROM pg_range r WHERE r.rngtypid = t.oid),
  CASE t.typtype WHEN 'd' THEN concat_ws(' ', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault) END,
  {_comment("t.oid", "pg_type")})
FROM pg_type t {NAMESPACE.format("t.typnamespace")}
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'b' AND t.typcategory <> 'A'
    OR t.typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = t.typrelid) = 'c')
  AND {OURS} AND {_native("pg_type", "t.oid")}"""

_SEQUENCE = f"""
SELECT {FULL.format("c.relname")}, jsonb_build_array(
  s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
  (SELECT concat_ws('.', o.refobjid::regclass, a.attname, o.deptype) FROM pg_depend o
    JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
    WHERE o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.deptype IN ('a', 'i')
      AND o.refclassid = 'pg_class'::regclass))
FROM pg_sequence s {RELATION.format("s.seqrelid")} WHERE {OURS} AND {_native("pg_class", "c.oid")}"""

_DEFAULT_GRANT = f"""
SELECT concat_ws('.', {_owner("d.defaclrole")}, nullif(d.defaclnamespace, 0)::regnamespace, d.defaclobjtype),
  {_grants("d.defaclacl", "'r'", "d.defaclrole")}
FROM pg_default_acl d"""

_EVENT_TRIGGER = """
SELECT evtname, jsonb_build_array(evtevent, evtfoid::regprocedure, evtenabled, array_to_string(evttags, ','),
  pg_get_userbyid(evtowner)) FROM pg_event_trigger"""

_STATISTICS = f"""
SELECT {FULL.format("s.stxname")}, jsonb_build_array(pg_get_statisticsobjdef(s.oid), {_owner("s.stxowner")})
FROM pg_statistic_ext s {NAMESPACE.format("s.stxnamespace")} WHERE {OURS}"""

_PUBLICATION = """
SELECT p.pubname, jsonb_build_array(pg_get_userbyid(p.pubowner), to_jsonb(p) - 'oid' - 'pubowner',
  (SELECT string_agg(r.prrelid::regclass::text, ',' ORDER BY r.prrelid::regclass::text)
   FROM pg_publication_rel r WHERE r.prpubid = p.oid)) FROM pg_publication p"""

_FOREIGN_SERVER = f"""
SELECT s.srvname, jsonb_build_array(f.fdwname, s.srvtype, s.srvversion, array_to_string(s.srvoptions, ','),
  {_owner("s.srvowner")}, {_grants("s.srvacl", "'S'", "s.srvowner")})
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw"""

_EXTENSION = "SELECT extname, extnamespace::regnamespace::text FROM pg_extension"

_LARGE_OBJECT = f"""
SELECT l.oid::text, jsonb_build_array({_owner("l.lomowner")}, {_grants("l.lomacl", "'L'", "l.lomowner")})
FROM pg_largeobject_metadata l"""

RARE = (
    *("pg_operator", "pg_opclass", "pg_opfamily", "pg_cast", "pg_collation", "pg_conversion", "pg_language", "pg_am"),
    *("pg_transform", "pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template", "pg_foreign_data_wrapper"),
)
"""Catalogs of which the name alone is compared: what they hold is hardly ever changed in place."""


def _named(catalog: str) -> str:
    name = f"(pg_identify_object('{catalog}'::regclass, x.oid, 0)).identity"
    return (
        f"SELECT '{catalog} ' || {name}, '' FROM {catalog} x WHERE x.oid >= {FIRST_OWN} AND {_native(catalog, 'x.oid')}"
    )


PARTS = {
    "schema": _SCHEMA,
    "relation": _RELATION,
    "column": _COLUMN,
    "constraint": _CONSTRAINT,
    "index": _INDEX,
    "trigger": _TRIGGER,
    "rule": _RULE,
    "policy": _POLICY,
    "function": _FUNCTION,
    "type": _TYPE,
    "sequence": _SEQUENCE,
    "default grant": _DEFAULT_GRANT,
    "event trigger": _EVENT_TRIGGER,
    "statistics": _STATISTICS,
    "publication": _PUBLICATION,
    "foreign server": _FOREIGN_SERVER,
    "extension": _EXTENSION,
    "large object": _LARGE_OBJECT,
    "other": " UNION ALL ".join(map(_named, RARE)),
}

_LITERAL = r"'(?:[^']|'')*'(?:::[\w ]+)?"
_ARRAY = re.compile(rf"\(ARRAY\[({_LITERAL}(?:, {_LITERAL})*)\]\)::([\w ]+)\[\]")


def schema_hash(session: PostgresSession, properties: str) -> str:
    """Return the hash of a database's schema and of its own properties; the session must have `SETTINGS`."""
    return hashlib.sha256("\0".join((properties, *schema_lines(session))).encode()).hexdigest()


def schema_lines(session: PostgresSession) -> tuple[str, ...]:
    """Return every thing of a schema as one text, ordered."""
    lines = (
        " ".join((kind, name, settled(definition)))
        for kind, query in PARTS.items()
        for name, definition in session.rows(f"SELECT name::text, definition::text FROM ({query}) q (name, definition)")
    )
    return tuple(sorted(lines))


def settled(definition: str) -> str:
    """Return a definition as the server writes it the second time.

    `x IN ('a', 'b')` on a varchar is written with one cast around the array at first, and, once that text was read
    again, with a cast around each element.
    """
    return _ARRAY.sub(_cast_each, definition)


def _cast_each(found: re.Match[str]) -> str:
    elements = re.findall(_LITERAL, found[1])
    return "ARRAY[" + ", ".join(f"({element})::{found[2]}" for element in elements) + "]"
