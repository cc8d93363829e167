// SPDX-License-Identifier: Apache-2.0
// What a hostile or failing acceptor answers: the initiator yields an Error that names the target.
#include "hostile.h"
#include "keytab_file.h"

namespace gss::test {
namespace {

class Answers : public OnBackend {
protected:
    struct Half {
        Initiator initiator;
        Bytes answer;
    };
    [[nodiscard]] Half half() const {
        const Name target =
            Name::import_name(library(), "host@localhost", name_type::hostbased_service()).value();
        Initiator initiator = Initiator::create(target).value();
        const Step first = initiator.step();
        Acceptor acceptor = Acceptor::create(library()).value();
        const Step step = acceptor.step(first.token);
        EXPECT_TRUE(step.done());
        const BytesView answer = step.token;
        return {std::move(initiator), Bytes(answer.begin(), answer.end())};
    }
    static void expect_refused(Half& half, ErrorCode code) {
        expect_failure(half.initiator.step(half.answer).error, code,
                       {"host@localhost", "gss_init_sec_context"});
    }
};

TEST_P(Answers, cut_at_every_length) {
    for (std::size_t missing = 1;; ++missing) {
        Half ends = half();
        if (missing > ends.answer.size()) {
            break;
        }
        ends.answer.resize(ends.answer.size() - missing);
        const auto error = ends.initiator.step(ends.answer).error;
        ASSERT_TRUE(error.has_value()) << "accepted without " << missing << " octets";
        EXPECT_EQ(to_string(error->code()), "invalid_token") << error->text();
    }
}

TEST_P(Answers, altered_in_every_octet) {
    std::size_t accepted = 0;
    for (std::size_t at = 0;; ++at) {
        Half ends = half();
        if (at >= ends.answer.size()) {
            break;
        }
        ends.answer[at] ^= std::byte{0x01};
        const auto error = ends.initiator.step(ends.answer).error;
        accepted += error ? 0U : 1U;
        if (error) {
            EXPECT_NE(error->text().find("host@localhost"), std::string::npos) << error->text();
        }
    }
    EXPECT_LT(accepted, 6U); // numbers in the clear that nobody needs
}

TEST_P(Answers, extended) {
    for (const std::size_t more : {1U, 100U}) {
        Half ends = half();
        ends.answer.resize(ends.answer.size() + more);
        expect_refused(ends, ErrorCode::invalid_token);
    }
}

TEST_P(Answers, of_another_context) {
    Half one = half();
    Half other = half();
    std::swap(one.answer, other.answer);
    expect_refused(one, ErrorCode::invalid_token);
}

TEST_P(Answers, of_another_kind) {
    Half ends = half();
    ends.answer = pattern(64);
    expect_refused(ends, ErrorCode::invalid_token);
    Half own = half();
    own.answer = first_token(library(), "host@localhost").value();
    expect_refused(own, ErrorCode::invalid_token);
}

/// Error tokens: made by one library, read by this one.
class ErrorTokens : public Answers {
protected:
    /// What an acceptor without the right key answers; empty when it makes no error token.
    [[nodiscard]] static Bytes answer_to(const Backend& acceptor_library, BytesView token) {
        std::vector<KeytabEntry> wrong = read_keytab(shared_realm().keytab());
        for (KeytabEntry& entry : wrong) {
            entry.key[0] = static_cast<char>(entry.key[0] ^ 1);
        }
        const std::filesystem::path keytab = scratch_folder("answers") / "wrong.keytab";
        write_keytab(keytab, wrong);
        Bytes answer;
        with_environment({{"KRB5_KTNAME", "FILE:" + keytab.string()}}, [&] {
            Acceptor acceptor = Acceptor::create(acceptor_library).value();
            const Step step = acceptor.step(token);
            ASSERT_TRUE(step.failed());
            answer.assign(step.token.view().begin(), step.token.view().end());
        });
        return answer;
    }
};

TEST_P(ErrorTokens, of_an_acceptor_with_a_wrong_key) {
    const Name target =
        Name::import_name(library(), "host@localhost", name_type::hostbased_service()).value();
    Initiator initiator = Initiator::create(target).value();
    const Step first = initiator.step();
    const Bytes answer = answer_to(backend("mit"), first.token);
    ASSERT_FALSE(answer.empty()) << "a failed step that yields a token hands it out";
    expect_failure(initiator.step(answer).error, ErrorCode::decrypt_failed,
                   {"host@localhost", "ecrypt"});
}

TEST_P(ErrorTokens, damaged) {
    const Bytes first = first_token(library(), "host@localhost").value();
    const Bytes answer = answer_to(backend("mit"), first);
    for (std::size_t at = 0; at < answer.size(); ++at) {
        Half ends = half();
        ends.answer = answer;
        ends.answer[at] ^= std::byte{0xff};
        EXPECT_TRUE(ends.initiator.step(ends.answer).failed()) << at;
    }
    for (std::size_t length = 1; length < answer.size(); ++length) {
        Half ends = half();
        EXPECT_TRUE(ends.initiator.step(BytesView(answer).first(length)).failed()) << length;
    }
}

TEST_P(ErrorTokens, that_an_acceptor_makes_or_not) {
    const Bytes first = first_token(library(), "host@localhost").value();
    // Heimdal tells its peer only about clocks (see docs/native-differences.md).
    EXPECT_EQ(answer_to(library(), first).empty(), GetParam() == "heimdal");
}

INSTANTIATE_TEST_SUITE_P(, Answers, testing::ValuesIn(backend_names()), backend_label);
INSTANTIATE_TEST_SUITE_P(, ErrorTokens, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
