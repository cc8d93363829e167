// SPDX-License-Identifier: Apache-2.0
// For main() only: begins and ends the shared realm.
#pragma once

#include <gssxx/realm/options.h>

namespace gss::test {

void start_shared_realm(realm::KdcKind kdc);
void stop_shared_realm();

} // namespace gss::test
