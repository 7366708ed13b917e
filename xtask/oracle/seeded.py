"""Shows that the oracle has teeth: seeds one wrong fact at a time into the
dump and expects a contradiction or a stale exception.

A seed that survives is a fact that neither description knows, or one that
another seed of the same kind covers; the survivors are counted by kind, and a
kind of seed that is never caught is an error.

usage: seeded.py FACTS.json EXCEPTIONS.toml REQUIREMENTS.txt
"""

import copy
import sys
import tomllib
from collections import Counter
from pathlib import Path

import facts


def seeds(fact, mapping):
    """Wrong versions of one type: (kind, what to do to the copies)."""
    yield "token", lambda f, m: f.update(token=not f["token"])
    other = "Never" if fact["tags"] == "OnCreate" else "OnCreate"
    yield "tags", lambda f, m: f.update(tags=other)
    if mapping["delete"]:
        yield "create call", lambda f, m: f.update(api=m["delete"])
    yield "identifier", lambda f, m: rename_id(f)
    for index, field in enumerate(fact["fields"]):
        yield from field_seeds(index, field)
    for index, _ in enumerate(fact["unique"]):
        yield "unique code", lambda f, m, i=index: f["unique"][i].update(code="NoSuchCode")
    if fact["quota"]:
        yield "quota", lambda f, m: f["quota"].update(default=f["quota"]["default"] + 1)
    if fact["create"]["states"]:
        yield "state", lambda f, m: f["create"]["states"].append("CREATED")
    if fact["name_rule"]:
        yield "name length", lambda f, m: f["name_rule"].update(max=f["name_rule"]["max"] + 1)
    for index, _ in enumerate(mapping["paths"]):
        yield "path", lambda f, m, i=index: m["paths"][i].update(api=m["paths"][i]["api"] + "x")


def row_seeds(row):
    """Wrong versions of what a deployer of one type has to be allowed."""
    for part in facts.PARTS:
        for index, action in enumerate(row[part]):
            yield "permission name", lambda r, p=part, i=index: r[p].__setitem__(i, r[p][i] + "x")
            # One that another list has too is not missed.
            if sum(action in row[p] for p in facts.PARTS) == 1:
                yield "permission gone", lambda r, p=part, i=index: r[p].pop(i)
    if row["create"] and row["delete"]:
        yield "permission list", lambda r: r.update(create=r["delete"], delete=r["create"])


def rename_id(fact):
    fact["outputs"].append(dict(fact["outputs"][0], name=fact["id"] + "X"))
    fact["id"] += "X"


def field_seeds(index, field):
    def change(**new):
        return lambda f, m: f["fields"][index].update(**new)

    other = "InPlace" if field["change"] == "Replace" else "Replace"
    yield "change", change(change=other)
    if field["change"] == "InPlace":
        yield "write-only", change(change="WriteOnly")
    yield "required", change(required=not field["required"])
    yield "field name", change(name=field["name"] + "x")
    if field["canon"] in ("Set", "Cidr"):
        yield "canonical form", change(canon="Exact")
    for target, held in facts.references(field["refs"]):
        if isinstance(held, dict):
            yield "held code", change(refs={"To": [target, {"Refused": "NoSuchCode"}]})


def main(facts_file, exceptions_file, requirements):
    facts.pinned(requirements)
    dump = facts.json.loads(Path(facts_file).read_text())
    exceptions = tomllib.loads(Path(exceptions_file).read_text()).get("exception", [])
    oracle, planted, caught = facts.Oracle(), Counter(), Counter()
    mappings = {m["ty"]: m for m in dump["mappings"]}
    rows = {row["ty"]: row for row in dump["permissions"]}
    for fact in dump["types"]:
        if fact["kind"] == "Lookup":
            continue
        name = fact["name"]
        listed = [e for e in exceptions if e["type"] == name]
        for kind, spoil in seeds(fact, mappings[name]):
            wrong, mapping = copy.deepcopy(fact), copy.deepcopy(mappings[name])
            spoil(wrong, mapping)
            others = [m for m in dump["mappings"] if m["ty"] != name]
            seeded = {**dump, "types": [wrong], "mappings": [mapping, *others]}
            planted[kind] += 1
            caught[kind] += noticed(oracle, seeded, listed, name)
        for kind, spoil in row_seeds(rows[name]):
            row = copy.deepcopy(rows[name])
            spoil(row)
            seeded = {**dump, "types": [fact], "permissions": [row]}
            planted[kind] += 1
            caught[kind] += noticed(oracle, seeded, listed, name)
    for policy in dump["managed_policies"]:
        ledger = facts.Ledger([])
        facts.check_managed_policies(ledger, [f"service-roles/{policy.rpartition('/')[2]}"])
        planted["policy path"] += 1
        caught["policy path"] += bool(ledger.contradicted)
    print("seeded fault".ljust(18) + "planted".rjust(9) + "caught".rjust(9))
    for kind in sorted(planted):
        print(kind.ljust(18) + str(planted[kind]).rjust(9) + str(caught[kind]).rjust(9))
    print("total".ljust(18) + str(planted.total()).rjust(9) + str(caught.total()).rjust(9))
    return 0 if all(caught[kind] for kind in planted) else 1


def noticed(oracle, dump, exceptions, name):
    ledger = facts.Ledger(exceptions)
    oracle.check(dump, ledger, only=name)
    return bool(ledger.contradicted or ledger.exceptions.keys() - ledger.used)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
