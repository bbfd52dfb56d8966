"""Google's tink as a second implementation of the stream's body (`security.md` 2.1)."""

import io

import tink
from tink import secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

from adapters.stream import SEGMENT, StreamKeys

streaming_aead.register()
_TYPE = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"


class _KeptBytes(io.BytesIO):
    """tink closes what it wrote to."""

    kept = b""

    def close(self) -> None:
        self.kept = self.getvalue()
        super().close()


def _primitive(keys: StreamKeys) -> streaming_aead.StreamingAead:
    parameters = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
        ciphertext_segment_size=SEGMENT, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
    )
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(version=0, key_value=keys.body, params=parameters)
    data = tink_pb2.KeyData(type_url=_TYPE, value=key.SerializeToString(), key_material_type=tink_pb2.KeyData.SYMMETRIC)
    entry = tink_pb2.Keyset.Key(key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW)
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[entry])
    handle = tink.proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


def tink_seals(keys: StreamKeys, plaintext: bytes) -> bytes:
    target = _KeptBytes()
    with _primitive(keys).new_encrypting_stream(target, keys.associated) as stream:
        stream.write(plaintext)
    return target.kept


def tink_opens(keys: StreamKeys, body: bytes) -> bytes:
    with _primitive(keys).new_decrypting_stream(io.BytesIO(body), keys.associated) as stream:
        opened: bytes = stream.read()
        return opened
