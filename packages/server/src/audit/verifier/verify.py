#!/usr/bin/env python3
"""Verifies an evidence bundle of a Custos audit log.

Needs Python 3.8 or later and nothing else: no package, no network, no part of Custos. What it checks:

  * every checkpoint is signed by a log that the policy trusts (C2SP signed-note, Ed25519) and cosigned by
    the witnesses that the policy asks for (C2SP tlog-cosignature, Ed25519; tlog-policy quorum);
  * every event is in the tree of its checkpoint (RFC 6962 section 2.1.1; C2SP tlog-proof);
  * every disclosed field is the one that the event committed to (RFC 9901 section 4.2.3).

Usage: verify.py [--policy FILE] [--json] BUNDLE

BUNDLE is a bundle.json or the folder that holds it. Give --policy with a policy that you got from somewhere
else: the one in the bundle comes from whoever made the bundle and proves only that it is consistent.

Exit code: 0 verified, 1 not verified, 2 the input or the call cannot be understood.
"""

import base64
import hashlib
import json
import os
import re
import sys

FORMAT = "custos-evidence/1"
MAX_LEAF_BYTES = 65535
MAX_SIGNATURES = 64
MAX_PROOF_HASHES = 63
DECIMAL = re.compile(r"\A(0|[1-9][0-9]{0,18})\Z")


class Unreadable(Exception):
    """The input is not what it should be."""


class NotVerified(Exception):
    """The input is understood and does not prove what it says."""


# --- Ed25519 verification (RFC 8032 section 5.1) ---------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = (-121665 * pow(121666, P - 2, P)) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    """Adds two points in extended homogeneous coordinates (RFC 8032 section 5.1.4)."""
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e = (y1 - x1) * (y2 - x2) % P
    f = (y1 + x1) * (y2 + x2) % P
    g = 2 * t1 * t2 * D % P
    h = 2 * z1 * z2 % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def recover_x(y, sign):
    """The x of a point from its y (RFC 8032 section 5.1.3); None when there is no such point."""
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


def point_decompress(data):
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519_verify(public_key, message, signature):
    """True when the signature is the key's over the message (RFC 8032 section 5.1.7)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a = point_decompress(public_key)
    r = point_decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(digest, "little") % L
    return point_equal(point_multiply(s, BASE), point_add(r, point_multiply(k, a)))


# --- Text forms ------------------------------------------------------------------------------------------


def from_base64(text, what):
    """Standard base64 with its padding, in the one form that stands for the bytes."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, UnicodeEncodeError):
        raise Unreadable("%s is not base64" % what)
    if base64.b64encode(data).decode("ascii") != text:
        raise Unreadable("%s is not base64 in its only form" % what)
    return data


def from_decimal(text, what):
    if not DECIMAL.match(text):
        raise Unreadable("%s is not a decimal number" % what)
    return int(text)


def unique_members(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return members


def no_constant(name):
    raise ValueError("%s is not JSON" % name)


def from_json(data, what):
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        return json.loads(text, object_pairs_hook=unique_members, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable("%s is not JSON: %s" % (what, error))


def parse_vkey(text):
    """A verifier key of C2SP signed-note: name+hash+base64(type || key)."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not parts[0]:
        raise Unreadable("a key of the policy is not NAME+HASH+KEY")
    name, hashed, encoded = parts
    data = from_base64(encoded, "the key of %s" % name)
    key_id = hashlib.sha256(name.encode("utf-8") + b"\n" + data).digest()[:4]
    if hashed != key_id.hex():
        raise Unreadable("the hash in the key of %s does not fit the key" % name)
    return {"name": name, "id": key_id, "type": data[0], "key": data[1:]}


def parse_note(note):
    """The text of a note and its signatures as (name, key id, signature)."""
    if any(ord(character) < 32 and character != "\n" for character in note):
        raise Unreadable("a checkpoint has control characters")
    split = note.rfind("\n\n")
    if split < 0 or not note.endswith("\n"):
        raise Unreadable("a checkpoint has no signatures")
    text, lines = note[: split + 1], note[split + 2 : -1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Unreadable("a checkpoint has more than %d signatures" % MAX_SIGNATURES)
    signatures = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1]:
            raise Unreadable("a line of a checkpoint is not a signature")
        data = from_base64(parts[2], "a signature")
        if len(data) < 5:
            raise Unreadable("a signature is too short")
        signatures.append((parts[1], data[:4], data[4:]))
    return text, signatures


# --- Policy (C2SP tlog-policy) ---------------------------------------------------------------------------


def parse_policy(text):
    """Trusted logs, witnesses and the quorum: (logs, witnesses, groups, quorum)."""
    logs, witnesses, groups, quorum = [], {}, {}, None
    for line in text.split("\n"):
        words = [word for word in re.split(r"[ \t]+", line.strip(" \t")) if word]
        if not words or words[0].startswith("#"):
            continue
        kind, rest = words[0], words[1:]
        if kind == "log" and len(rest) in (1, 2):
            key = parse_vkey(rest[0])
            if key["type"] != 1 or len(key["key"]) != 32:
                raise Unreadable("the key of the log %s is not Ed25519" % key["name"])
            logs.append(key)
        elif kind == "witness" and len(rest) in (2, 3):
            if rest[0] in witnesses or rest[0] in groups or rest[0] == "none":
                raise Unreadable("the policy names %s twice" % rest[0])
            witnesses[rest[0]] = parse_vkey(rest[1])
        elif kind == "group" and len(rest) >= 3:
            name, threshold, members = rest[0], rest[1], rest[2:]
            if name in witnesses or name in groups or name == "none":
                raise Unreadable("the policy names %s twice" % name)
            for member in members:
                if member not in witnesses and member not in groups:
                    raise Unreadable("the group %s has an unknown member" % name)
            if len(set(members)) != len(members):
                raise Unreadable("the group %s names a member twice" % name)
            needed = {"any": 1, "all": len(members)}.get(threshold)
            if needed is None:
                needed = from_decimal(threshold, "the threshold of %s" % name)
            if not 1 <= needed <= len(members):
                raise Unreadable("the threshold of %s cannot be met" % name)
            groups[name] = (needed, members)
        elif kind == "quorum" and len(rest) == 1 and quorum is None:
            quorum = rest[0]
            if quorum != "none" and quorum not in witnesses and quorum not in groups:
                raise Unreadable("the quorum is not defined")
        else:
            raise Unreadable("a line of the policy is not understood: %s" % kind)
    if quorum is None:
        raise Unreadable("the policy has no quorum line")
    public_keys = [key["key"] for key in logs]
    witness_keys = [key["key"] for key in witnesses.values()]
    if len(set(public_keys)) != len(public_keys) or len(set(witness_keys)) != len(witness_keys):
        raise Unreadable("the policy has one key twice")
    return logs, witnesses, groups, quorum


def quorum_met(name, witnessed, groups):
    if name == "none" or name in witnessed:
        return True
    if name not in groups:
        return False
    needed, members = groups[name]
    return sum(1 for member in members if quorum_met(member, witnessed, groups)) >= needed


# --- Checkpoints -----------------------------------------------------------------------------------------


def cosignature_valid(key, text, signature):
    """A timestamped Ed25519 cosignature; other types cannot be checked here and count for nothing."""
    if key["type"] != 4 or len(signature) != 72:
        return False
    stamp = int.from_bytes(signature[:8], "big")
    message = "cosignature/v1\ntime %d\n%s" % (stamp, text)
    return ed25519_verify(key["key"], message.encode("utf-8"), signature[8:])


def signed_by(key, signatures, check):
    """True when a signature of this key verifies; a wrong one of a known key spoils the note."""
    valid = False
    for name, key_id, signature in signatures:
        if name != key["name"] or key_id != key["id"]:
            continue
        if not check(signature):
            raise NotVerified("the signature of %s on a checkpoint is wrong" % name)
        valid = True
    return valid


def verify_checkpoint(note, policy):
    """The origin, size and root of a checkpoint that the policy accepts."""
    logs, witnesses, groups, quorum = policy
    text, signatures = parse_note(note)
    lines = text.split("\n")
    if len(lines) < 4 or not lines[0]:
        raise Unreadable("a checkpoint lacks its origin, size or root")
    origin, size = lines[0], from_decimal(lines[1], "the size of a checkpoint")
    root = from_base64(lines[2], "the root of a checkpoint")
    if len(root) != 32:
        raise Unreadable("the root of a checkpoint is not a SHA-256 hash")
    body = text.encode("utf-8")
    candidates = [key for key in logs if key["name"] == origin]
    if not any(
        signed_by(key, signatures, lambda sig, key=key: ed25519_verify(key["key"], body, sig))
        for key in candidates
    ):
        raise NotVerified("the checkpoint of %s is not signed by a log that the policy trusts" % origin)
    witnessed = set()
    for name, key in witnesses.items():
        if key["type"] == 4 and signed_by(
            key, signatures, lambda sig, key=key: cosignature_valid(key, text, sig)
        ):
            witnessed.add(name)
    if not quorum_met(quorum, witnessed, groups):
        raise NotVerified("the checkpoint of %s lacks the witnesses that the policy asks for" % origin)
    return {"origin": origin, "size": size, "root": root, "witnesses": sorted(witnessed)}


class Checkpoints:
    """Verified checkpoints; one text is verified once, and two of one size must have one root."""

    def __init__(self, policy):
        self.policy = policy
        self.by_text = {}
        self.roots = {}

    def verify(self, note):
        if note not in self.by_text:
            checkpoint = verify_checkpoint(note, self.policy)
            place = (checkpoint["origin"], checkpoint["size"])
            if self.roots.setdefault(place, checkpoint["root"]) != checkpoint["root"]:
                raise NotVerified("two checkpoints of %s at size %d differ: the log has forked" % place)
            self.by_text[note] = checkpoint
        return self.by_text[note]


# --- Inclusion (RFC 6962 section 2.1.1, by the algorithm of RFC 9162 section 2.1.3.2) ----------------------


def root_from_proof(leaf, index, size, hashes):
    """The root of the tree of this size that has the leaf at the index, by the proof; None when impossible."""
    if index >= size:
        return None
    node = hashlib.sha256(b"\x00" + leaf).digest()
    low, last = index, size - 1
    for sibling in hashes:
        if last == 0:
            return None
        if low & 1 or low == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not low & 1 and low != 0:
                low >>= 1
                last >>= 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        low >>= 1
        last >>= 1
    return node if last == 0 else None


def parse_proof(text):
    """The parts of a C2SP tlog-proof: (index, hashes, checkpoint)."""
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if lines[0] != "c2sp.org/tlog-proof@v1" or not separator:
        raise Unreadable("a proof is not a c2sp.org/tlog-proof@v1")
    lines = lines[1:]
    if lines and lines[0].startswith("extra "):
        lines = lines[1:]
    if not lines or not lines[0].startswith("index "):
        raise Unreadable("a proof has no index")
    index = from_decimal(lines[0][len("index ") :], "the index of a proof")
    if len(lines) - 1 > MAX_PROOF_HASHES:
        raise Unreadable("a proof is too long")
    hashes = [from_base64(line, "a hash of a proof") for line in lines[1:]]
    if any(len(each) != 32 for each in hashes):
        raise Unreadable("a hash of a proof is not SHA-256")
    return index, hashes, checkpoint


# --- Disclosures (RFC 9901) ------------------------------------------------------------------------------


def open_disclosure(text):
    if not isinstance(text, str) or not re.match(r"\A[A-Za-z0-9_-]+\Z", text):
        raise Unreadable("a disclosure is not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Unreadable("a disclosure is not base64url")
    parts = from_json(data, "a disclosure")
    if not isinstance(parts, list) or len(parts) != 3:
        raise Unreadable("a disclosure is not a salt, a name and a value")
    salt, name, value = parts
    if not isinstance(salt, str) or not isinstance(name, str):
        raise Unreadable("a disclosure is not a salt, a name and a value")
    return name, value


def put(event, path, value):
    """Puts a disclosed value at its place; False when the event says something there already."""
    for name in path[:-1]:
        if not name or name == "__proto__":
            return False
        event = event.setdefault(name, {})
        if not isinstance(event, dict):
            return False
    if not path[-1] or path[-1] == "__proto__" or path[-1] in event:
        return False
    event[path[-1]] = value
    return True


def disclose(event, disclosures):
    """Puts disclosed fields into the event; returns what was disclosed and how many stay closed."""
    sealed = event.get("sealed")
    closed = set()
    if isinstance(sealed, dict) and sealed.get("alg") == "sha-256":
        closed = set(each for each in list_of(sealed, "digests", "an event") if isinstance(each, str))
    disclosed = {}
    for text in disclosures:
        name, value = open_disclosure(text)
        digest = hashlib.sha256(text.encode("ascii")).digest()
        encoded = base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
        if encoded not in closed:
            raise NotVerified("the disclosed field %s is not the one that the event committed to" % name)
        closed.remove(encoded)
        if not put(event, name.split("."), value):
            raise NotVerified("the disclosed field %s is in the event already" % name)
        disclosed[name] = value
    return disclosed, len(closed)


# --- Bundle ----------------------------------------------------------------------------------------------


def text_of(holder, name, what):
    value = holder.get(name)
    if not isinstance(value, str):
        raise Unreadable("%s has no text %s" % (what, name))
    return value


def list_of(holder, name, what):
    value = holder.get(name, [])
    if not isinstance(value, list):
        raise Unreadable("%s has no list %s" % (what, name))
    return value


def verify_event(entry, checkpoints):
    if not isinstance(entry, dict):
        raise Unreadable("an event is not an object")
    leaf = from_base64(text_of(entry, "leaf", "an event"), "a leaf")
    if len(leaf) > MAX_LEAF_BYTES:
        raise Unreadable("a leaf is too long")
    index, hashes, note = parse_proof(text_of(entry, "proof", "an event"))
    checkpoint = checkpoints.verify(note)
    if root_from_proof(leaf, index, checkpoint["size"], hashes) != checkpoint["root"]:
        raise NotVerified("the event is not at index %d of %s" % (index, checkpoint["origin"]))
    event = from_json(leaf, "a leaf")
    if not isinstance(event, dict):
        raise Unreadable("a leaf is not an event")
    disclosed, closed = disclose(event, list_of(entry, "disclosures", "an event"))
    return {
        "log": checkpoint["origin"],
        "index": index,
        "event": event,
        "disclosed": sorted(disclosed),
        "closed": closed,
    }


def verify_bundle(bundle, policy_text=None):
    """Verifies a whole bundle; returns the report. One bad event does not hide the others."""
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
        raise Unreadable("this is not a bundle of the format %s" % FORMAT)
    given = policy_text is not None
    policy = parse_policy(policy_text if given else text_of(bundle, "policy", "the bundle"))
    entries = list_of(bundle, "events", "the bundle")
    if not entries:
        raise Unreadable("the bundle has no events")
    checkpoints = Checkpoints(policy)
    problems, events, places = [], [], {}
    for position, note in enumerate(list_of(bundle, "checkpoints", "the bundle")):
        try:
            if not isinstance(note, str):
                raise Unreadable("it is not text")
            checkpoints.verify(note)
        except (NotVerified, Unreadable) as problem:
            problems.append("checkpoint %d: %s" % (position + 1, problem))
    for position, entry in enumerate(entries):
        try:
            verified = verify_event(entry, checkpoints)
            place = (verified["log"], verified["index"])
            if places.setdefault(place, entry["leaf"]) != entry["leaf"]:
                raise NotVerified("another event has the same place in the log")
            events.append(verified)
        except (NotVerified, Unreadable) as problem:
            problems.append("event %d: %s" % (position + 1, problem))
    return {
        "verified": not problems,
        "trust": "policy given" if given else "policy of the bundle",
        "checkpoints": [
            {
                "origin": each["origin"],
                "size": each["size"],
                "root": base64.b64encode(each["root"]).decode("ascii"),
                "witnesses": each["witnesses"],
            }
            for each in checkpoints.by_text.values()
        ],
        "events": events,
        "problems": problems,
    }


def printable(text):
    """Text from outside must not be able to steer the terminal."""
    return "".join(each if each.isprintable() else "?" for each in str(text))


def print_report(report):
    for each in report["checkpoints"]:
        witnesses = ", ".join(each["witnesses"]) or "none"
        print("checkpoint %s size %d, witnesses: %s" % (printable(each["origin"]), each["size"], printable(witnesses)))
    for each in report["events"]:
        event = each["event"]
        shown = " ".join(printable(event.get(name, "-")) for name in ("time", "type", "outcome", "id"))
        more = ", %d disclosed, %d closed" % (len(each["disclosed"]), each["closed"])
        print("event %s/%d %s%s" % (printable(each["log"]), each["index"], shown, more))
    for problem in report["problems"]:
        print("PROBLEM %s" % printable(problem))
    if report["trust"] != "policy given":
        print("The policy came with the bundle. Give --policy with one that you trust to know whose log this is.")
    print("VERIFIED" if report["verified"] else "NOT VERIFIED")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(arguments):
    policy_path, as_json, paths = None, False, []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--policy" and rest:
            policy_path = rest.pop(0)
        elif word == "--json":
            as_json = True
        elif word.startswith("-"):
            print(__doc__, file=sys.stderr)
            return 2
        else:
            paths.append(word)
    if len(paths) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    path = os.path.join(paths[0], "bundle.json") if os.path.isdir(paths[0]) else paths[0]
    try:
        policy = read(policy_path).decode("utf-8") if policy_path is not None else None
        report = verify_bundle(from_json(read(path), "the bundle"), policy)
    except (OSError, UnicodeDecodeError, Unreadable) as error:
        print("cannot verify: %s" % printable(error), file=sys.stderr)
        return 2
    if as_json:
        print(json.dumps(report, indent=1, sort_keys=True))
    else:
        print_report(report)
    return 0 if report["verified"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
