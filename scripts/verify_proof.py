#!/usr/bin/env python3
"""Check a checkpoint or a proof without Airshed and without the book: signatures, inclusion, consistency, an account.

Usage: python3 scripts/verify_proof.py FILE KEY... [since:OLD] [hash:HASH], or FILE head:SIZE:ROOT [hash:HASH]
FILE is what `airshed proof` wrote: a checkpoint, a tlog-proof, a request to a witness (then since:OLD names the
checkpoint that was kept), a statement of holdings, or the proof of an account; or what the page of a service gave,
one proof or two in a file. KEY is a verifier key, of the log or of a witness. Where nobody signs, head:SIZE:ROOT is
the head that you kept; HASH is that of the record, where the proof has not its content.
Prints `ok` and what holds, or what does not and why, with status 1. Standard library only; Ed25519 as RFC 8032 has it.
"""

import base64
import hashlib
import itertools
import json
import re
import sys

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1
BASE_Y = 4 * pow(5, -1, P) % P


def stop(what):
    sys.exit("".join(each if each.isprintable() or each == "\n" else "?" for each in what)[:700])


def need(holds, what):
    if not holds:
        stop(what)


def add(one, other):  # points as X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def point_of(packed):  # None where no point has these bytes
    y, odd = int.from_bytes(packed, "little") & (2**255 - 1), packed[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * ROOT % P
    if x * x % P != square or y >= P or (x == 0 and odd):
        return None
    x = x if x & 1 == odd else P - x
    return x, y, 1, x * y % P


def packed(point):
    x, y = point[0] * pow(point[2], -1, P) % P, point[1] * pow(point[2], -1, P) % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def ed25519(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, number = point_of(public), int.from_bytes(signature[32:], "little")
    if key is None or number >= L:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    minus = (P - key[0], key[1], 1, P - key[3])
    base = point_of(BASE_Y.to_bytes(32, "little"))
    return packed(add(times(number, base), times(hashed, minus))) == signature[:32]


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def inner(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def included(leaf, index, size, path, root):  # RFC 9162, 2.1.3.2
    place, last, reached = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = inner(sibling, reached)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            reached = inner(reached, sibling)
        place, last = place >> 1, last >> 1
    return 0 <= index < size and last == 0 and reached == root


def consistent(old, old_root, size, root, path):  # RFC 9162, 2.1.4.2
    if old in (0, size):
        return not path and old_root == (root if old else hashlib.sha256().digest())
    steps = [old_root] * (old & (old - 1) == 0) + path
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = inner(step, before), inner(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = inner(after, step)
        place, last = place >> 1, last >> 1
    return old < size and last == 0 and (before, after) == (old_root, root)


def signed(note, keys, origin_line=0):  # the lines of a note that the log signed, and who else did
    text, _, below = note.rpartition("\n\n")
    text, names = text + "\n", []
    for line in below.splitlines():
        dash, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded, validate=True)
        kind, public = keys.get((name, raw[:4]), (0, b""))
        stamp = 8 if kind == 4 else 0
        said = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{text}" if stamp else text
        need(dash == "\u2014", "a line below the text is no signature")
        need(not kind or ed25519(public, said.encode(), raw[4 + stamp :]), f"the signature of {name} does not hold")
        names += [f"{name}{' (witness)' * bool(stamp)}"] * bool(kind)
    lines = text.split("\n")
    need(lines[origin_line] in names, f"{lines[origin_line] or 'nobody'} did not sign it, by the keys given")
    return lines, names


def head_of(note, keys):
    lines, names = signed(note, keys)
    return lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True), names


def proven(lines, digest):  # of a record: its entry, its place, the path, and what it says
    if lines[0].startswith("extra "):
        extra, index = base64.b64decode(lines[0][6:], validate=True), int(lines[1].removeprefix("index "))
        return entry_of(index + 1, extra[:64], extra[65:]), index, path_of(lines[2:]), extra[65:].decode()
    need(digest, "the record is not in it: give its hash too, as hash:HASH")
    index = int(lines[0].removeprefix("index "))
    return f"{index + 1}:{digest}".encode(), index, path_of(lines[1:]), f"its hash is {digest}"


def unsigned(
    text, heads, digest
):  # what a page gave, by a head that was kept: the heads that hold because that one does
    for each in filter(None, re.split(r"(?m)^(?=c2sp\.org/tlog-proof@v1$|old \d+$)", text)):
        above, _, note = each.partition("\n\n")
        first, *lines = above.split("\n")
        origin, size, root = note.split("\n")[:3]
        size, root = int(size), base64.b64decode(root, validate=True)
        if first.startswith("old "):
            old = int(first[4:])
            need(old in heads, f"it begins at {old} records, the kept head has {', '.join(map(str, heads))}")
            need(
                consistent(old, heads[old], size, root, path_of(lines)),
                "history was rewritten, or the proof is another's",
            )
            heads = {**heads, size: root}
            print(f"ok {old} records are the beginning of {size} of {origin}")
        else:
            need(first == "c2sp.org/tlog-proof@v1", "it is no proof")
            need(size in heads, f"it is under {size} records: take the proof that they go on from those of your head")
            need(heads[size] == root, "its head is not the one that you kept")
            entry, index, path, says = proven(lines, digest)
            need(included(leaf_hash(entry), index, size, path, root), "the record is not under the head")
            print(f"ok record {index + 1} stands under {size} records of {origin}: {says}")
    return ["nobody; held to the head that you kept"]


def path_of(lines):
    return [base64.b64decode(line, validate=True) for line in lines]


def entry_of(seq, before, record):
    return f"{seq}:{hashlib.sha256(before + record).hexdigest()}".encode()


def key_of(word):
    try:
        name, said, encoded = word.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        stop(f"{word}: is no key, NAME+ID+KEY; of a file give what it holds: $(cat {word})")
    need(raw[:1] in (b"\1", b"\4"), f"{name} is no Ed25519 key")
    need(hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()[:8] == said, f"{word} is no key: its id is another")
    return (name, bytes.fromhex(said)), (raw[0], raw[1:])


def without(runs, first, last):
    home = next((run for run in runs if run[0] <= first and last <= run[1]), None)
    need(home, f"serials {first}-{last} go out and never came in: records are missing")
    return [run for run in runs if run != home] + [
        side for side in ([home[0], first - 1], [last + 1, home[1]]) if side[0] <= side[1]
    ]


def joined(runs):
    merged = []
    for first, last in sorted(runs):
        if merged and first == merged[-1][1] + 1:
            merged[-1][1] = last
        else:
            merged.append([first, last])
    return merged


def holding(account, records):
    fen, held = 0, {}
    for event in (event for record in records for event in record["events"]):
        if event["is"] == "CapSet" and event["account"] == account:
            held[event["series"]] = [[1, event["count"]]]
        for kind, origin, target, *what in event.get("entry", []):
            if (origin == account) == (target == account):
                continue
            if kind == "cash":
                fen += what[0] if target == account else -what[0]
            for first, last in what[1] if kind != "cash" else ():
                mine = held.get(what[0], [])
                held[what[0]] = joined([*mine, [first, last]] if target == account else without(mine, first, last))
    whole = [account, fen, [[series, held[series]] for series in sorted(held) if held[series]]]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def check_account(proof, keys):
    origin, size, root, names = head_of(proof["checkpoint"], keys)
    lines, _ = signed(proof["statement"], keys, 1)
    need(lines[0] == "airshed holdings v1", "the statement is none of holdings")
    need(lines[1:4] == proof["checkpoint"].split("\n")[:3], "statement and checkpoint are of two moments")
    leaf, path = leaf_hash(proof["holding"].encode()), path_of(proof["path"])
    need(included(leaf, proof["number"], int(lines[4]), path, base64.b64decode(lines[5])), "the holding is not stated")
    seqs = [each["seq"] for each in proof["records"]]
    need(all(one < other for one, other in itertools.pairwise(seqs)), "a record stands twice or out of order")
    for each in proof["records"]:
        entry = entry_of(each["seq"], each["before"].encode(), each["record"].encode())
        there = included(leaf_hash(entry), each["seq"] - 1, size, path_of(each["path"]), root)
        need(there, f"record {each['seq']} is not under the checkpoint")
    reached = holding(proof["account"], [json.loads(each["record"]) for each in proof["records"]])
    need(reached == proof["holding"], f"the records give {reached}, the statement says {proof['holding']}")
    print(f"ok {proof['account']} after {size} records of {origin}: {proof['holding']}")
    print(f"by {len(seqs)} records; not shown are such as cancel out between them, if there are any")
    return names


def check(text, keys, since, digest):
    above, _, note = text.partition("\n\n")
    first, *lines = above.split("\n")
    if text.startswith("{"):
        return check_account(json.loads(text), keys)
    if first == "c2sp.org/tlog-proof@v1":
        origin, size, root, names = head_of(note, keys)
        entry, index, path, says = proven(lines, digest)
        need(included(leaf_hash(entry), index, size, path, root), "the record is not under the checkpoint")
        print(f"ok record {index + 1} stands under {size} records of {origin}: {says}")
    elif first.startswith("old "):
        need(since, "a request proves something of an earlier checkpoint: give since:FILE")
        origin, size, root, names = head_of(note, keys)
        mine, old, old_root, _ = head_of(since, keys)
        need(
            (mine, old) == (origin, int(first[4:])), f"it begins at {first[4:]} records, the kept checkpoint has {old}"
        )
        need(consistent(old, old_root, size, root, path_of(lines)), "history was rewritten, or the proof is another's")
        print(f"ok {old} records are the beginning of {size} of {origin}")
    elif first == "airshed holdings v1":
        lines, names = signed(text, keys, 1)
        print(f"ok {lines[4]} accounts after {lines[2]} records of {lines[1]}; that the book says so, the book shows")
    else:
        origin, size, root, names = head_of(text, keys)
        print(f"ok {size} records of {origin}, root {base64.b64encode(root).decode()}")
    return names


def read(name):
    with open(name, encoding="utf-8", newline="") as text:
        return text.read()


def main(words):
    need(len(words) > 1, __doc__.split("\n\n")[1])
    kept = [word.removeprefix("since:") for word in words if word.startswith("since:")]
    hashes = [word.removeprefix("hash:") for word in words if re.fullmatch(r"hash:[0-9a-f]{64}", word)]
    heads = [word.split(":")[1:] for word in words if re.fullmatch(r"head:\d+:[A-Za-z0-9+/]{43}=", word)]
    try:
        if heads:
            names = unsigned(
                read(words[0]), {int(size): base64.b64decode(root) for size, root in heads}, hashes[0] if hashes else ""
            )
            return print(f"signed by {', '.join(names)}")
        keys = dict(key_of(word) for word in words[1:] if not word.startswith(("since:", "hash:")))
        texts = [read(name) for name in [words[0], *kept[:1]]]
        names = check(texts[0], keys, texts[1] if kept else "", hashes[0] if hashes else "")
    except OSError as error:
        stop(f"{error.filename}: cannot be read ({error.strerror})")
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        stop(f"{words[0]}: cannot be read ({type(error).__name__}: {error})")
    print(f"signed by {', '.join(dict.fromkeys(names))}")


if __name__ == "__main__":
    main(sys.argv[1:])
