"""Checks a proof from Forecast Tracker's ledger with nothing but Python:

    python verify_proof.py proof.json [checkpoints.json]

proof.json is what /api/v1/ledger/proofs/estimate/123/ answers; checkpoints.json, saved whenever you like from
/api/v1/ledger/checkpoints/, is what nobody else can change. Without it the proof is held to itself alone. It prints
what was sealed and when, or what is wrong, and then ends with status 1.
"""

import hashlib
import json
import sys
from pathlib import Path


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def fault(proof, saved):
    leaf, checkpoint = proof["leaf"].encode(), proof["checkpoint"]
    at = sha256(b"\0", leaf)
    for step in proof["path"]:
        beside = bytes.fromhex(step["hash"])
        at = sha256(b"\1", beside, at) if step["side"] == "left" else sha256(b"\1", at, beside)
    if at.hex() != checkpoint["root"]:
        return "The path from the row does not lead to the checkpoint's root."
    named = {name: checkpoint[name] for name in ("made_at", "number", "size")}
    said = json.dumps(named, sort_keys=True, separators=(",", ":")).encode()
    made = sha256(b"\2", bytes.fromhex(checkpoint["previous"]), bytes.fromhex(checkpoint["root"]), said)
    if made.hex() != checkpoint["hash"]:
        return "The checkpoint says something else than its hash."
    for name, text in proof["texts"].items():
        if sha256(bytes.fromhex(text["salt"]), text["text"].encode()).hex() != json.loads(leaf)[name]["sha256"]:
            return f"The text “{name}” is not the one that was sealed."
    return "" if saved is None else unsaved(checkpoint, saved)


def unsaved(checkpoint, saved):
    number = checkpoint["number"]
    if number not in saved:
        return f"Checkpoint {number} is not among those that were saved: name a file that was saved after it was made."
    if checkpoint["hash"] != saved[number]:
        return f"Checkpoint {number} is not the one that was saved: the ledger has been rewritten since."
    return ""


def main(proof_file, saved_file=None):
    proof = json.loads(Path(proof_file).read_text("utf-8"))
    saved = None
    if saved_file:
        saved = {row["number"]: row["hash"] for row in json.loads(Path(saved_file).read_text("utf-8"))["results"]}
    if wrong := fault(proof, saved):
        sys.exit(wrong)
    print(proof["leaf"])
    print("was sealed at", proof["checkpoint"]["made_at"], "by checkpoint", proof["checkpoint"]["number"])


if __name__ == "__main__":
    main(*sys.argv[1:])
