"""An independent hand on canonical JSON, hashes and signatures: reads one JSON object a line, answers one a line."""
import base64
import hashlib
import json
import sys

from canonicaljson import encode_canonical_json
from signedjson.key import decode_signing_key_base64, get_verify_key
from signedjson.sign import SignatureVerifyException, sign_json, verify_signed_json


def unpadded(data, alphabet=base64.b64encode):
    return alphabet(data).decode("ascii").rstrip("=")


def answer(task):
    value = task["value"]
    key = decode_signing_key_base64("ed25519", "oracle", task["seed"])
    text = encode_canonical_json(value)
    result = {
        "canonical": text.decode("utf-8"),
        "sha256": unpadded(hashlib.sha256(text).digest()),
        "id": "$" + unpadded(hashlib.sha256(text).digest(), base64.urlsafe_b64encode),
    }
    if isinstance(value, dict):
        signed = sign_json(dict(value), "oracle.example", key)
        result["signature"] = signed["signatures"]["oracle.example"]["ed25519:oracle"]
    if "signed" in task:
        try:
            verify_signed_json(task["signed"], "oracle.example", get_verify_key(key))
            result["verified"] = True
        except SignatureVerifyException:
            result["verified"] = False
    return result


for line in sys.stdin:
    sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
