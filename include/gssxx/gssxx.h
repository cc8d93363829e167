// SPDX-License-Identifier: Apache-2.0
// The whole binding.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/bytes.h>
#include <gssxx/capability.h>
#include <gssxx/channel_bindings.h>
#include <gssxx/context_option.h>
#include <gssxx/converse.h>
#include <gssxx/credential_store.h>
#include <gssxx/credentials.h>
#include <gssxx/error.h>
#include <gssxx/establishment.h>
#include <gssxx/exported_context.h>
#include <gssxx/exported_credentials.h>
#include <gssxx/flags.h>
#include <gssxx/format.h>
#include <gssxx/iov.h>
#include <gssxx/mechanism.h>
#include <gssxx/mechanism_attributes.h>
#include <gssxx/mechanism_info.h>
#include <gssxx/message.h>
#include <gssxx/name.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>
#include <gssxx/security_context.h>
#include <gssxx/self_test.h>
#include <gssxx/time.h>
#include <gssxx/token.h>
#include <gssxx/version.h>
