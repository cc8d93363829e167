// SPDX-License-Identifier: Apache-2.0
// Symbol visibility. The one macro that the public headers define.
#pragma once

#if defined(_WIN32) && defined(GSSXX_SHARED_BUILD)
#define GSSXX_EXPORT __declspec(dllexport)
#elif defined(_WIN32) && !defined(GSSXX_STATIC)
#define GSSXX_EXPORT __declspec(dllimport)
#elif defined(_WIN32)
#define GSSXX_EXPORT
#else
#define GSSXX_EXPORT __attribute__((visibility("default")))
#endif
