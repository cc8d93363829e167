// SPDX-License-Identifier: Apache-2.0
// The MIC of user authentication, with any context.
#include <gssxx/security_context.h>
#include <gssxx/ssh/mic_data.h>

namespace gss::inline v0::ssh {

Result<Buffer> make_mic(MessageProtection& context, const MicInput& input) {
    return context.get_mic(mic_data(input));
}

Result<void> check_mic(MessageProtection& context, const MicInput& input, BytesView mic) {
    const Result<VerifiedMic> verified = context.verify_mic(mic_data(input), mic);
    if (!verified) {
        return verified.error();
    }
    // RFC 4462 s2.1, s3.5: anything but GSS_S_COMPLETE fails. A host that has asked for
    // out-of-order delivery gets such a MIC as a value.
    if (verified->order != Order::in_order) {
        return Error(ErrorCode::unsequenced_token, "check a MIC of user authentication",
                     "the MIC is out of its order");
    }
    return {};
}

} // namespace gss::inline v0::ssh
