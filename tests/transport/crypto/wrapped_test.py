#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether faults_test.cpp makes every function of OpenSSL fail that the transport's cryptography calls.

wrapped_test.py LIBRARY.a WRAPPED...
"""
import re
import subprocess
import sys

# Functions that release, compare, count or fill in a struct, and cannot fail.
CANNOT_FAIL = {
    "BN_CTX_free", "BN_clear_free", "BN_cmp", "BN_is_odd", "BN_is_one", "BN_num_bits", "CRYPTO_free",
    "CRYPTO_memcmp", "ECDSA_SIG_free", "ECDSA_SIG_get0_r", "ECDSA_SIG_get0_s", "ERR_pop_to_mark",
    "ERR_set_mark", "EVP_CIPHER_CTX_free", "EVP_CIPHER_free", "EVP_MAC_CTX_free", "EVP_MAC_free",
    "EVP_MD_CTX_free", "EVP_MD_free", "EVP_PKEY_CTX_free", "EVP_PKEY_free", "OSSL_PARAM_construct_BN",
    "OSSL_PARAM_construct_end", "OSSL_PARAM_construct_octet_string", "OSSL_PARAM_construct_size_t",
    "OSSL_PARAM_construct_utf8_string",
}
# What known_hosts_hash.cpp calls: a name that cannot be compared is that of no line.
CANNOT_FAIL |= {"EVP_DecodeBlock", "EVP_sha1"}
OPENSSL = re.compile(r"(BN|CRYPTO|DH|EC|ECDSA|ERR|EVP|OPENSSL|OSSL|RAND|RSA|d2i|i2d)_")


def main():
    library, *wrapped = sys.argv[1:]
    rows = subprocess.run(["nm", "--undefined-only", "--format=posix", library],
                          capture_output=True, text=True, check=True).stdout.splitlines()
    called = {row.split()[0] for row in rows if OPENSSL.match(row)}
    faults = [f"{name} is called and never made to fail" for name in
              sorted(called - set(wrapped) - CANNOT_FAIL)]
    faults += [f"{name} is not called" for name in sorted((set(wrapped) | CANNOT_FAIL) - called)]
    print("\n".join(faults) or f"{len(wrapped)} functions of OpenSSL fail in turn")
    return 1 if faults or not wrapped else 0


if __name__ == "__main__":
    sys.exit(main())
