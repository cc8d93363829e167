#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether faults_test.cpp makes every function of OpenSSL fail that the library calls.

wrapped_test.py LIBRARY.so WRAPPED...
"""
import re
import subprocess
import sys

# Functions that release, compare or count, and cannot fail.
CANNOT_FAIL = {
    "BN_clear_free", "BN_cmp", "BN_is_odd", "BN_num_bits", "BN_value_one", "ERR_peek_last_error",
    "ERR_pop_to_mark", "ERR_reason_error_string", "ERR_set_mark", "EVP_MD_CTX_free", "EVP_MD_free",
    "EVP_PKEY_CTX_free", "EVP_PKEY_free", "OSSL_PARAM_BLD_free", "OSSL_PARAM_construct_end",
    "OSSL_PARAM_construct_int",    "OSSL_PARAM_construct_octet_string", "OSSL_PARAM_construct_utf8_string", "OSSL_PARAM_free",
}


def main():
    library, *wrapped = sys.argv[1:]
    rows = subprocess.run(["nm", "-D", "--undefined-only", "--format=posix", library],
                          capture_output=True, text=True, check=True).stdout.splitlines()
    called = {row.split()[0].split("@")[0] for row in rows}
    called = {name for name in called if re.match(r"(BN|CRYPTO|EC|ERR|EVP|OPENSSL|OSSL|RAND|DH)_", name)}
    faults = [f"{name} is called and never made to fail" for name in
              sorted(called - set(wrapped) - CANNOT_FAIL)]
    faults += [f"{name} is not called" for name in sorted((set(wrapped) | CANNOT_FAIL) - called)]
    print("\n".join(faults) or f"{len(wrapped)} functions of OpenSSL fail in turn")
    return 1 if faults or not wrapped else 0


if __name__ == "__main__":
    sys.exit(main())
