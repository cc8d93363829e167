// SPDX-License-Identifier: Apache-2.0
// Caches, keytabs and configurations that are missing, broken or closed to us, for every call that
// an SSH stack makes: an answer, never a crash.
#include "real.h"

#include "test_realm.h"

#include <gssxx/ssh/token.h>

#include <filesystem>
#include <utility>

namespace gss::test {
namespace {

using ssh::StepAnswer;
using Status = StepAnswer::Status;

/// What the entry points came to.
struct Answers {
    bool initiated = false;
    bool accepted = false;
};

class Files : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] static Backend library() { return backend(GetParam()); }

    static ssh::GssStep question(bool initiate, BytesView token) {
        return {1,
                {},
                initiate,
                true,
                mechanism::krb5(),
                ssh::ssh_required_flags,
                Bytes(token.begin(), token.end())};
    }

    /// An answer that failed says why, on our side at least.
    static bool went_on(const StepAnswer& answer, const ssh::Driver& driver) {
        if (answer.status != Status::failed) {
            return true;
        }
        EXPECT_NE(answer.major, 0U);
        EXPECT_FALSE(answer.text.empty());
        EXPECT_FALSE(driver.last_error()->text().empty());
        return false;
    }

    /// Calls everything; @p token is a good first token for the acceptor.
    static Answers call_everything(BytesView token) {
        Answers answers;
        static_cast<void>(ssh::offered_mechanisms(library(), {}));
        const Result<Name> target = ssh::target_name(library(), "localhost");
        if (target) {
            Result<ssh::TokenInitiator> initiator = ssh::TokenInitiator::create(*target);
            if (initiator) {
                const Step step = initiator->step();
                EXPECT_TRUE(step.more() || step.error);
                EXPECT_FALSE(initiator->finish());
            }
        }
        Result<ssh::TokenAcceptor> acceptor = ssh::TokenAcceptor::create(library());
        if (acceptor) {
            const Step step = acceptor->step(token);
            EXPECT_TRUE(step.done() || step.error);
            EXPECT_EQ(acceptor->finish().has_value(), step.done());
        }
        Session both = session(library(), library());
        answers.initiated = went_on(both.client().step(question(true, {})), both.client());
        answers.accepted = went_on(both.server().step(question(false, token)), both.server());
        ask_authorizers(both.server());
        for (ssh::Driver* driver : {&both.client(), &both.server()}) {
            driver->release({});
            EXPECT_EQ(driver->context({}), nullptr);
        }
        return answers;
    }

    static void ask_authorizers(ssh::Driver& server) {
        const ssh::Authorize who{
            1, {}, "alice", "ssh-connection", "gssapi-with-mic", mechanism::krb5(), {}};
        EXPECT_EQ(server.authorize(who).decision, ssh::AuthorizeAnswer::Decision::deny);
        const Result<Name> name =
            Name::import_name(library(), in_realm("alice"), name_type::krb5_principal());
        if (!name) {
            return;
        }
        const ssh::AuthorizationRequest request{"nobody",
                                                "ssh-connection",
                                                "gssapi-with-mic",
                                                *name,
                                                in_realm("alice"),
                                                {},
                                                mechanism::krb5(),
                                                {},
                                                nullptr};
        for (const ssh::Authorizer& authorizer :
             {ssh::authorize_by_userok(), ssh::authorize_principals({{"nobody", "alice@A"}}),
              ssh::authorize_realms({{"A", {}}})}) {
            EXPECT_EQ(authorizer(request).decision, ssh::AuthorizeAnswer::Decision::deny);
        }
    }

    /// In a process of its own, because MIT 1.20 leaks on some of these paths.
    static void in_environment(const Environment& environment,
                               const std::function<void(BytesView token)>& task) {
        const Bytes token = first_token(library(), "host@localhost").value();
        SCOPED_TRACE(environment.front().first + "=" + environment.front().second.value_or(""));
        with_environment(environment, [&] { expect_in_subprocess([&] { task(token); }); });
    }
    static void expect(const Environment& environment, bool may_initiate, bool may_accept) {
        in_environment(environment, [&](BytesView token) {
            const Answers answers = call_everything(token);
            EXPECT_EQ(answers.initiated, may_initiate);
            EXPECT_EQ(answers.accepted, may_accept);
        });
    }
    /// What may be opened by root alone, or by nobody, serves nobody else.
    static void expect_closed(const Environment& environment, bool Answers::*side) {
        in_environment(environment, [side](BytesView token) {
            const OrdinaryUser user;
            EXPECT_FALSE(call_everything(token).*side);
        });
    }

    /// The good files in an open folder, beside all kinds of bad ones.
    class Folder {
    public:
        Folder() {
            const std::string cache = shared_realm().ccache_name().substr(5); // "FILE:"
            write("cache", read_octets(cache), open_);
            write("keytab", read_octets(shared_realm().keytab()), open_);
            write("garbage", "neither a cache nor a keytab nor a configuration {\n", open_);
            write("empty", "", open_);
            write("closed", read_octets(cache), std::filesystem::perms::none);
            std::filesystem::create_directory(folder_.path() / "folder");
        }
        [[nodiscard]] std::string path(std::string_view name) const {
            return folder_.path() / name;
        }
        [[nodiscard]] Environment good() const {
            return {{"KRB5_CONFIG", folder_.krb5_conf()},
                    {"KRB5CCNAME", "FILE:" + path("cache")},
                    {"KRB5_KTNAME", "FILE:" + path("keytab")},
                    {"KRB5RCACHENAME", "none:"},
                    {"KRB5RCACHETYPE", "none"}};
        }

    private:
        void write(std::string_view name, const std::string& octets,
                   std::filesystem::perms permissions) const {
            write_octets(path(name), octets);
            std::filesystem::permissions(path(name), permissions);
        }
        static constexpr std::filesystem::perms open_ = std::filesystem::perms(0600);
        OpenFolder folder_;
    };

    Folder folder_;
    [[nodiscard]] Environment with(const std::string& variable, const std::string& value) const {
        Environment all{{variable, value}};
        for (auto& [name, good] : folder_.good()) {
            if (name != variable) {
                all.emplace_back(name, good);
            }
        }
        return all;
    }
};

std::string twice(const testing::TestParamInfo<std::string>& info) {
    return info.param + "_" + info.param;
}

INSTANTIATE_TEST_SUITE_P(All, Files, testing::ValuesIn(backend_names()), twice);

TEST_P(Files, sec_A1_33_good_files_work) {
    expect(folder_.good(), true, true);
}

TEST_P(Files, sec_A1_33_without_a_usable_cache_nobody_initiates) {
    for (const char* name : {"nowhere", "folder", "garbage", "empty"}) {
        expect(with("KRB5CCNAME", "FILE:" + folder_.path(name)), false, true);
    }
    expect_closed(with("KRB5CCNAME", "FILE:" + folder_.path("closed")), &Answers::initiated);
    expect(with("KRB5CCNAME", "NOSUCHTYPE:x"), false, true);
}

TEST_P(Files, sec_A1_33_without_a_usable_keytab_nobody_accepts) {
    for (const char* name : {"nowhere", "folder", "garbage", "empty"}) {
        expect(with("KRB5_KTNAME", "FILE:" + folder_.path(name)), true, false);
    }
    expect_closed(with("KRB5_KTNAME", "FILE:" + folder_.path("closed")), &Answers::accepted);
    expect(with("KRB5_KTNAME", "NOSUCHTYPE:x"), true, false);
}

TEST_P(Files, sec_A1_33_without_a_usable_configuration_there_are_answers) {
    for (const char* name : {"nowhere", "folder", "garbage", "empty", "closed"}) {
        in_environment(with("KRB5_CONFIG", folder_.path(name)), [](BytesView token) {
            const OrdinaryUser user;
            static_cast<void>(call_everything(token));
        });
    }
}

} // namespace
} // namespace gss::test
