// SPDX-License-Identifier: Apache-2.0
// Precompiled for the unit tests.
#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>
