// SPDX-License-Identifier: Apache-2.0
// A session that is moved on step by step, and copies of it in which something is tried.
#pragma once

#include "plain_pair.h"
#include "states_model.h"

#include <functional>
#include <string>
#include <vector>

namespace gss::test {

/// One way through a session: keys, a login, and what the hosts want then.
struct Course {
    using Wish = std::function<void(PlainPair& pair)>;

    std::string key_exchange = "curve25519-sha256";
    std::string method = "publickey"; ///< of the login
    End target = End::client;         ///< whose steps are counted
    bool strict = true;
    std::vector<Wish> wishes; ///< after the login, each when nothing moves any more
};

/// @p who starts a key exchange.
[[nodiscard]] Course::Wish rekey_by(End who);
[[nodiscard]] transport::AuthMethod method_of(const std::string& name);
[[nodiscard]] transport::ClientOptions client_options(const Course& course);
[[nodiscard]] transport::ServerOptions server_options(const Course& course);

class Walk {
public:
    explicit Walk(const Course& course);

    /// A packet for the target, or a wish. False at the end of the course.
    bool step();
    void to_the_end() {
        while (step()) {
        }
    }
    [[nodiscard]] bool authenticated();
    /// Both are logged in and alive, and all wishes came true.
    [[nodiscard]] bool complete();
    [[nodiscard]] const StateModel& model() const noexcept { return model_; }
    [[nodiscard]] PlainPair& pair() noexcept { return pair_; }
    [[nodiscard]] SessionEnd& target() { return pair_.at(course_.target); }
    /// Puts a message in; what became of it.
    [[nodiscard]] char put_in(BytesView payload);

private:
    void move_others();

    Course course_;
    PlainPair pair_;
    StateModel model_;
    std::size_t noted_ = 0;
    std::size_t wishes_ = 0;
};

/// Runs a call in a copy of this process: what it does to a session is undone. 'X': it has crashed.
[[nodiscard]] char in_a_copy(const std::function<char()>& call);

} // namespace gss::test
