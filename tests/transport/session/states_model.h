// SPDX-License-Identifier: Apache-2.0
// What RFC 4250 to 4254, RFC 4462, RFC 8308 and strict key exchange say about a message, by what
// was on the wire before it.
#pragma once

#include "plain_pair.h"

#include <string>

namespace gss::test {

/// One end of a session, seen from the wire.
class StateModel {
public:
    explicit StateModel(End which) noexcept : which_(which) {}

    void sent(BytesView payload);
    void received(BytesView payload); ///< empty: the identification

    /// What may become of sample(number), a letter each:
    /// F: the session ends, and says why. P: the peer has ended it. U: UNIMPLEMENTED is sent.
    /// T: a text for people. S: somebody is logged in. H: it is dealt with. '.': nothing.
    [[nodiscard]] std::string expected(unsigned number) const;
    [[nodiscard]] bool initial() const noexcept { return initial_; }
    /// What is without effect now is so for good: not so before a strict key exchange, and not
    /// where EXT_INFO must be the next packet.
    [[nodiscard]] bool stays_whole() const noexcept {
        return !(initial_ && strict_wished_) && !right_after_keys_;
    }
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] std::string while_exchanging(unsigned number) const;
    [[nodiscard]] std::string of_authentication(unsigned number) const;
    [[nodiscard]] std::string of_connection(unsigned number) const;
    [[nodiscard]] bool waits_for_result() const;

    End which_;
    bool initial_ = true;
    bool exchanging_ = false;     ///< the peer's KEXINIT has come and its NEWKEYS has not
    bool exchange_begun_ = false; ///< our KEXINIT is out, and it is not the first exchange
    bool newkeys_sent_ = false;   ///< in this exchange
    bool strict_wished_ = false;  ///< by us
    bool strict_ = false;         ///< by both
    bool right_after_keys_ = false;
    bool service_asked_ = false;
    bool service_ = false;
    bool request_open_ = false; ///< a USERAUTH_REQUEST has no result yet
    bool authenticated_ = false;
    std::string method_;     ///< of that request
    unsigned last_sent_ = 0; ///< of the numbers of user authentication
};

/// A message of that number: as good as it can be where there is one that is good, else octets.
[[nodiscard]] Bytes sample(unsigned number);

/// The letter of what has happened at an end. @p events: how many there were before; @p sent: how
/// many payloads it has sent since, and the last of them.
[[nodiscard]] char outcome_of(const SessionEnd& end, std::size_t events, bool was_authenticated,
                              std::size_t sent, BytesView last);

} // namespace gss::test
