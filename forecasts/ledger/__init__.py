"""The ledger: what was put on record is sealed, so that anybody can show later that it was there and is unchanged.

**Leaf.** Each row of the record (kinds.py lists them) has one: the SHA-256 of a zero byte and of what the row says, as
JSON in UTF-8 with names in order, nothing between them, and no escapes that JSON does not ask for. It says `kind`,
`id`, a random `nonce`, the row's ids, numbers and times (ISO 8601 in UTC, to the microsecond), and of each text only
`{"sha256": ...}`: the SHA-256 of 16 bytes of salt and of the text. So a text that must go by law can go, and a leaf
tells nobody what it hides.

**Checkpoint.** The leaves of some rows are one Merkle tree, as RFC 6962 has it in section 2.1: neighbours are hashed
together after a byte 1, and who has no neighbour rises. A checkpoint's hash is the SHA-256 of a byte 2, the hash of the
checkpoint before (32 zero bytes at the first), the root, and `{"made_at":...,"number":...,"size":...}` as JSON.

**Proof.** What the row says, its place, and the hashes beside its way to the root; verify_proof.py checks one with
nothing but Python.
"""
