"""Compares the declared facts of mlplat-aws with independent descriptions.

CloudFormation's resource schemas (as cfn-lint carries them) say which
properties can only be set at creation, which are required, which identify an
object, which are never read back, whether tags go with the creation, whether
the order of a list means anything. botocore's service models say which member
is an idempotency token, which members a call requires, how long names may be,
which values and error codes exist. moto carries a list of AWS's managed policies,
which says under which path each of them is, and of the default quotas of VPCs
by their codes; of no other service is there such a list. cfn-lint carries lists
of RDS's engine versions and instance classes.

Every fact that either of them knows is compared. A difference is an error
unless the exceptions file lists it with a reason; a listed exception that no
longer differs is an error too. Facts that neither knows (durations, lingering
interfaces, deletion codes of EC2 ...) are counted as not comparable.

usage: facts.py FACTS.json EXCEPTIONS.toml REQUIREMENTS.txt [PAGE.md]

With a fourth name, a page is written that lists each fact with its source.
"""

import functools
import json
import sys
import tomllib
from collections import defaultdict
from importlib import metadata
from pathlib import Path

import botocore.session
import cfnlint
import page
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS

REGION = "us-east-1"


class Ledger:
    """What was compared, by type."""

    def __init__(self, exceptions):
        listed = [(key(e["type"], e["check"], on), e["reason"]) for e in exceptions for on in e["on"]]
        self.exceptions = dict(listed)
        if len(self.exceptions) != len(listed):
            sys.exit("exceptions: one is listed twice")
        self.used = set()
        self.counts = defaultdict(lambda: defaultdict(int))
        self.contradicted = []
        self.rows = []

    def compare(self, ty, check, on, ours, theirs):
        counts = self.counts[ty]
        counts["compared"] += 1
        where = key(ty, check, on)
        self.rows.append((ty, check, on, ours, None if ours == theirs else self.exceptions.get(where)))
        if ours == theirs:
            counts["confirmed"] += 1
            return
        if where in self.exceptions:
            self.used.add(where)
            counts["excepted"] += 1
            return
        counts["contradicted"] += 1
        self.contradicted.append((where, ours, theirs))

    def unknown(self, ty, number=1):
        self.counts[ty]["not comparable"] += number

    def report(self):
        columns = ["compared", "confirmed", "excepted", "contradicted", "not comparable"]
        width = max(map(len, self.counts)) + 2
        print("type".ljust(width) + "".join(c.rjust(16) for c in columns))
        total = defaultdict(int)
        for ty, counts in sorted(self.counts.items()):
            print(ty.ljust(width) + "".join(str(counts[c]).rjust(16) for c in columns))
            for column in columns:
                total[column] += counts[column]
        print("total".ljust(width) + "".join(str(total[c]).rjust(16) for c in columns))
        for where, ours, theirs in self.contradicted:
            print(f"contradicted: {where}: declared {ours!r}, found {theirs!r}")
        stale = sorted(self.exceptions.keys() - self.used)
        for where in stale:
            print(f"stale exception: {where} no longer differs; take it out")
        return not self.contradicted and not stale and total["compared"] > 0


def key(ty, check, on):
    return f"{ty} | {check} | {on}"


# CloudFormation


class Schema:
    """One resource type of CloudFormation."""

    def __init__(self, document):
        self.document = document

    def pointers(self, name):
        found = set()
        for pointer in self.document.get(name, []):
            parts = pointer.removeprefix("/properties/").split("/")
            found.add(tuple(p for p in parts if p != "*"))
        return found

    def covers(self, name, path):
        """Whether a list of pointers names the path or something around it."""
        parts = tuple(p.removesuffix("[]") for p in path.split("."))
        return any(parts[: len(p)] == p for p in self.pointers(name))

    def walk(self, path):
        """The definitions along a path, or None."""
        found, here = [], self.document
        for part in path.split("."):
            name = part.removesuffix("[]")
            here = here.get("properties", {}).get(name)
            if here is None:
                return None
            here = self.resolve(here)
            found.append((name, here))
            if part.endswith("[]"):
                here = self.resolve(here.get("items", {}))
        return found

    def resolve(self, node):
        while "$ref" in node:
            node = self.document["definitions"][node["$ref"].rsplit("/", 1)[1]]
        return node

    def required(self, path, declared):
        """Whether the property has to be given, counting a choice of which we
        offer one alternative only."""
        here = self.document
        for part in path.split("."):
            name = part.removesuffix("[]")
            choices = [here.get(k, []) for k in ("requiredXor", "requiredOr")]
            alone = any(name in c and not set(c) & (declared - {name}) for c in choices)
            if name not in here.get("required", []) and not alone:
                return False
            here = self.resolve(here["properties"][name])
            if part.endswith("[]"):
                here = self.resolve(here.get("items", {}))
        return True


def load_schemas():
    """A function from a CloudFormation type name to its schema."""
    root = Path(cfnlint.__file__).parent / "data" / "schemas"
    index = json.loads((root / "providers" / f"{REGION}.json").read_text())

    @functools.cache
    def load(name):
        return Schema(json.loads((root / "resources" / f"{index[name]}.json").read_text()))

    return load


def check_cloudformation(ledger, schema, fact, mapping, values):
    ty = fact["name"]
    paths = {p["field"]: p["cloudformation"] for p in mapping["paths"]}
    paths = {f["name"]: paths.get(f["name"], f["name"]) for f in fact["fields"]}
    declared = set(paths.values())
    for field in fact["fields"]:
        name, path = field["name"], paths[field["name"]]
        walked = schema.walk(path)
        ledger.compare(ty, "cfn exists", name, True, walked is not None)
        if walked is None:
            continue
        leaf = walked[-1][1]
        check_change(ledger, schema, ty, field, path)
        if (fact["name_rule"] or {}).get("field") == name:
            # CloudFormation makes up names; the API does not.
            check_length(ledger, ty, "cfn", fact["name_rule"], leaf, "minLength", "maxLength")
        else:
            theirs = schema.required(path, declared)
            ledger.compare(ty, "cfn required", name, field["required"], theirs)
        if leaf.get("type") == "array" and name != "Tags":
            ordered = leaf.get("insertionOrder", True)
            ledger.compare(ty, "cfn set", name, field["canon"] == "Set", not ordered)
        if leaf.get("format") == "ipv4-network":
            ledger.compare(ty, "cfn cidr", name, field["canon"], "Cidr")
        enum = leaf.get("enum") or leaf.get("items", {}).get("enum")
        if enum and (ty, name) in values:
            unknown = sorted(set(values[ty, name]) - set(enum))
            ledger.compare(ty, "cfn values", name, [], unknown)
    tagging = schema.document.get("tagging", {})
    on_create = bool(tagging.get("tagOnCreate"))
    ledger.compare(ty, "cfn tag on create", "", fact["tags"] == "OnCreate", on_create)
    primary = schema.document["primaryIdentifier"]
    identifier = [pointer.removeprefix("/properties/") for pointer in primary]
    ledger.compare(ty, "cfn identifier", "", identity(fact, identifier), identifier)
    for output in fact["outputs"]:
        if output["name"] == fact["id"] and len(identifier) > 1:
            continue
        exists = schema.walk(output["name"]) is not None
        synthetic = output["name"] == "Id" and identifier == placeholders(output["form"])
        ledger.compare(ty, "cfn output", output["name"], True, exists or synthetic)


def check_change(ledger, schema, ty, field, path):
    name = field["name"]
    create_only = schema.covers("createOnlyProperties", path)
    conditional = schema.covers("conditionalCreateOnlyProperties", path)
    ours = field["change"] == "Replace"
    ledger.compare(ty, "cfn create-only", name, ours, ours if conditional else create_only)
    if not create_only:
        write_only = schema.covers("writeOnlyProperties", path)
        ledger.compare(ty, "cfn write-only", name, field["change"] == "WriteOnly", write_only)


def check_length(ledger, ty, source, rule, leaf, low, high):
    for ours, theirs in ((rule["min"], leaf.get(low)), (rule["max"], leaf.get(high))):
        if theirs is None:
            ledger.unknown(ty)
        else:
            ledger.compare(ty, f"{source} name length", rule["field"], ours, theirs)


def identity(fact, identifier):
    form = next(o["form"] for o in fact["outputs"] if o["name"] == fact["id"])
    if fact["id"] in identifier:
        return [fact["id"]]
    return placeholders(form)


def placeholders(form):
    return [part.split("}", 1)[0] for part in form.split("{")[1:]]


# botocore


class Api:
    """The service models, by `service:Operation`."""

    def __init__(self):
        self.session = botocore.session.get_session()
        self.models = {}

    def model(self, service):
        if service not in self.models:
            self.models[service] = self.session.get_service_model(service)
        return self.models[service]

    def operation(self, name):
        service, operation = name.split(":")
        return self.model(service).operation_model(operation)

    def shape(self, name):
        service, shape = name.split(":")
        return self.model(service).shape_for(shape)

    def codes(self, name):
        """The error codes of a call, or None when the service lists none."""
        shapes = self.operation(name).error_shapes
        if not shapes:
            return None
        return {s.metadata.get("error", {}).get("code", s.name) for s in shapes}


def walk_shape(shape, path):
    """The shape at a path and whether every member on the way is required."""
    required = True
    for part in path.split("."):
        name = part.removesuffix("[]")
        if shape.type_name != "structure" or name not in shape.members:
            return None
        required = required and name in shape.required_members
        shape = shape.members[name]
        if part.endswith("[]"):
            if shape.type_name != "list":
                return None
            shape = shape.member
    return shape, required


# Services whose request members begin with a small letter.
SMALL = {"ecr", "eks", "logs"}


def api_name(service, field):
    return field[0].lower() + field[1:] if service in SMALL else field


def check_api(ledger, api, fact, mapping, values, deletes):
    ty, service = fact["name"], fact["name"].split(".")[0]
    create = api.operation(fact["api"])
    ledger.compare(ty, "api token", "", fact["token"], bool(create.idempotent_members))
    paths = {p["field"]: p["api"] for p in mapping["paths"]}
    for field in fact["fields"]:
        name = field["name"]
        path = paths.get(name, api_name(service, name))
        found = walk_shape(create.input_shape, path)
        if found:
            ledger.compare(ty, "api required", name, field["required"], found[1])
        for also in mapping["also"]:
            found = found or walk_shape(api.operation(also).input_shape, path)
        ledger.compare(ty, "api exists", name, True, found is not None)
        if found:
            check_values(ledger, ty, name, found[0], values)
            rule = fact["name_rule"]
            if rule and rule["field"] == name:
                check_length(ledger, ty, "api", rule, found[0].metadata, "min", "max")
    check_states(ledger, api, fact, mapping)
    check_codes(ledger, api, fact, mapping, deletes)


def check_values(ledger, ty, name, shape, values):
    while shape.type_name == "list":
        shape = shape.member
    for (at, field), ours in values.items():
        if at != ty or field.split("[]")[0] != name:
            continue
        inner = field.removeprefix(name).removeprefix("[]").removeprefix(".")
        walked = walk_shape(shape, inner) if inner else (shape, True)
        if walked is None:
            ledger.compare(ty, "api values", field, True, False)
            continue
        here = walked[0]
        known = list(here.members) if here.type_name == "structure" else getattr(here, "enum", [])
        if known:
            ledger.compare(ty, "api values", field, [], sorted(set(ours) - set(known)))
        else:
            ledger.unknown(ty)


def check_states(ledger, api, fact, mapping):
    states = {state for life in ("create", "update", "delete") for state in fact[life]["states"]}
    for need in fact["needs"]:
        ends = need["fails"]
        if isinstance(ends, dict) and "EndsIn" in ends:
            states.add(ends["EndsIn"].split(":")[0])
    if not mapping["status"]:
        ledger.unknown(fact["name"], len(states))
        return
    unknown = sorted(states - set(api.shape(mapping["status"]).enum))
    ledger.compare(fact["name"], "api states", "", [], unknown)


def check_codes(ledger, api, fact, mapping, deletes):
    """Error codes, where the service lists them: of a second object at its
    creation, of a deletion that something holds."""
    ty = fact["name"]
    wanted = [("unique", fact["api"], u["code"]) for u in fact["unique"] if u["code"]]
    wanted += [("blocked", mapping["delete"], b["code"]) for b in fact["blocked"]]
    if fact["alone"]:
        wanted.append(("alone", fact["api"], fact["alone"]["code"]))
    if fact["quota"]:
        wanted.append(("quota", fact["api"], fact["quota"]["error"]))
    for need in fact["needs"]:
        fails = need["fails"]
        if isinstance(fails, dict) and "Refuse" in fails:
            wanted.append(("need", fact["api"], fails["Refuse"]))
    for field in fact["fields"]:
        for target, held in references(field["refs"]):
            if isinstance(held, dict):
                wanted.append((f"held {field['name']}", deletes[target], held["Refused"]))
    for what, call, code in wanted:
        codes = api.codes(call)
        if codes is None:
            ledger.unknown(ty)
        else:
            ledger.compare(ty, "api code", f"{what} {code}", True, code in codes)


QUOTAS = {quota["QuotaCode"]: quota["Value"] for quota in VPC_DEFAULT_QUOTAS}


def check_quota(ledger, fact):
    """The number that a quota's code stands for, where a list has the code."""
    if not fact["quota"]:
        return
    code = fact["quota"]["code"]
    if code in QUOTAS:
        ledger.compare(fact["name"], "quota", code, fact["quota"]["default"], int(QUOTAS[code]))
    else:
        ledger.unknown(fact["name"])


def references(refs):
    if refs == "No":
        return []
    for kind in ("To", "May"):
        if kind in refs:
            return [tuple(refs[kind])]
    targets, held = refs["ToAny"]
    return [(target, held) for target in targets]


# Permissions

# IAM's names of services, where they differ from botocore's.
SERVICES = {
    "elasticfilesystem": "efs",
    "servicequotas": "service-quotas",
    "tag": "resourcegroupstaggingapi",
}
# IAM's names of actions, where they differ from those of the calls.
ACTIONS = {
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
}
READS = ("Describe", "Get", "List")


def check_permissions(ledger, api, fact, mapping, schema, row):
    """The actions that are declared for a deployer, against the calls that are
    made and against the permissions of CloudFormation's handlers."""
    ty = fact["name"]
    ours = {a for part in PARTS for a in row[part]}
    theirs = handler_permissions(schema) if schema else set()
    for action in sorted(ours):
        exists = action in theirs or operation_exists(api, action)
        ledger.compare(ty, "permission exists", action, True, exists)
        if theirs:
            ledger.compare(ty, "permission cfn", action, True, action in theirs)
        else:
            ledger.unknown(ty)
    if not row["create"]:
        return
    for part, call in [("create", fact["api"]), ("delete", mapping["delete"])]:
        if call:
            ledger.compare(ty, "permission call", call, True, action_of(call) in row[part])
    for call in mapping["also"]:
        ledger.compare(ty, "permission call", call, True, action_of(call) in ours)
    for action in sorted(theirs - ours):
        service, name = action.split(":")
        if service == action_of(fact["api"]).split(":")[0] and not name.startswith(READS):
            ledger.compare(ty, "permission not needed", action, True, False)


PARTS = ("create", "read", "update", "delete", "tag")


def handler_permissions(schema):
    handlers = schema.document.get("handlers", {}).values()
    found = {p for handler in handlers for p in handler.get("permissions", [])}
    return found and found | set(schema.document.get("tagging", {}).get("permissions", []))


def action_of(call):
    """The IAM action of a call."""
    service, operation = call.split(":")
    prefixes = {ours: theirs for theirs, ours in SERVICES.items()}
    call = f"{prefixes.get(service, service)}:{operation}"
    return ACTIONS.get(call, call)


def operation_exists(api, action):
    service, operation = action.split(":")
    return operation in api.model(SERVICES.get(service, service)).operation_names


def check_managed_policies(ledger, ours):
    known = json.loads(aws_managed_policies_data)
    for policy in ours:
        path, _, name = policy.rpartition("/")
        theirs = known.get(name, {}).get("Path")
        ledger.compare("policy.ManagedPolicy", "path", name, f"/{path}/".replace("//", "/"), theirs)


def check_databases(ledger, ours):
    """Engine versions and instance classes, which cfn-lint collects from RDS."""
    root = Path(cfnlint.__file__).parent / "data" / "schemas" / "extensions" / "aws_rds_dbinstance"
    versions = json.loads((root / "engine_version.json").read_text())["allOf"]
    classes = json.loads((root / "dbinstanceclass_enum.json").read_text())[REGION]["allOf"]
    for engine, majors in ours["databases"].items():
        known = of_engine(versions, engine, "EngineVersion")
        newer = {major(version, majors[0]) for version in known}
        newer = sorted(v for v in newer if v >= numbers(majors[0]))
        ledger.compare("rds.DBInstance", "versions", engine, [*map(numbers, majors)], newer)
        missing = set(ours["database_classes"]) - of_engine(classes, engine, "DBInstanceClass")
        ledger.compare("rds.DBInstance", "classes", engine, [], sorted(missing))


def numbers(version):
    return tuple(int(part) for part in version.split("."))


def major(version, like):
    """The parts of a version that a major one has."""
    return numbers(".".join(version.split(".")[: len(numbers(like))]))


def of_engine(rules, engine, member):
    """What any rule allows as a member for an engine."""
    allowed = set()
    for rule in rules:
        if rule["if"]["properties"].get("Engine", {}).get("const") == engine:
            allowed.update(rule["then"]["properties"].get(member, {}).get("enum", []))
    return allowed


def pinned(requirements):
    """The installed versions have to be those that the facts name."""
    for line in Path(requirements).read_text().splitlines():
        if "==" in line and not line.startswith("#"):
            name, version = line.split("==")
            if metadata.version(name) != version:
                sys.exit(f"{name} is {metadata.version(name)}, wanted {version}")


def main(facts_file, exceptions_file, requirements, page_file=None):
    pinned(requirements)
    dump = json.loads(Path(facts_file).read_text())
    exceptions = tomllib.loads(Path(exceptions_file).read_text()).get("exception", [])
    for exception in exceptions:
        if not exception.get("reason"):
            sys.exit(f"exceptions: {exception} has no reason")
    ledger = Ledger(exceptions)
    Oracle().check(dump, ledger)
    check_managed_policies(ledger, dump["managed_policies"])
    check_databases(ledger, dump)
    if page_file:
        Path(page_file).write_text(page.render(dump["types"], ledger.rows))
    return 0 if ledger.report() else 1


class Oracle:
    """Both descriptions, loaded once."""

    def __init__(self):
        self.load, self.api = load_schemas(), Api()

    def check(self, dump, ledger, only=None):
        values = {(v["ty"], v["field"]): v["values"] for v in dump["values"]}
        if not all(values.values()):
            sys.exit("values: an enumeration is empty")
        mappings = {m["ty"]: m for m in dump["mappings"]}
        deletes = {ty: m["delete"] for ty, m in mappings.items()}
        rows = {row["ty"]: row for row in dump["permissions"]}
        for fact in dump["types"]:
            if only and fact["name"] != only:
                continue
            if fact["kind"] == "Lookup":
                # A page that AWS serves to anybody is in no model.
                if not fact["api"].startswith("https://"):
                    self.api.operation(fact["api"])
                continue
            mapping, schema = mappings[fact["name"]], None
            if fact["cloudformation"]:
                schema = self.load(fact["cloudformation"])
                check_cloudformation(ledger, schema, fact, mapping, values)
            check_api(ledger, self.api, fact, mapping, values, deletes)
            check_permissions(ledger, self.api, fact, mapping, schema, rows[fact["name"]])
            check_quota(ledger, fact)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
