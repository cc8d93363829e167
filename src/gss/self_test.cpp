// SPDX-License-Identifier: Apache-2.0
#include <gssxx/self_test.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

constexpr std::array<std::uint8_t, 2> alterations{0x01, 0x80};

/// A message without repetition, so that no rotation of a token equals another.
Bytes test_message(std::size_t size) {
    Bytes message(size);
    for (std::size_t index = 0; index < size; ++index) {
        message[index] = static_cast<std::byte>(index * 7 + 3);
    }
    return message;
}

Bytes altered(BytesView original, std::size_t index, std::uint8_t bits) {
    Bytes copy(original.begin(), original.end());
    copy[index] ^= static_cast<std::byte>(bits);
    return copy;
}

Bytes extended(BytesView original) {
    Bytes copy(original.begin(), original.end());
    copy.push_back(std::byte{0});
    return copy;
}

bool is_rfc4121(BytesView token) noexcept {
    return token.size() >= 16 && ((token[0] == std::byte{0x05} && token[1] == std::byte{0x04}) ||
                                  (token[0] == std::byte{0x04} && token[1] == std::byte{0x04}));
}

/// RFC 4121 s4.2.6: octets 8 to 15 are the sequence number. Heimdal 7.8 moves its window for an
/// altered one, so that later genuine tokens fail: these are altered last.
bool is_sequence_octet(BytesView token, std::size_t index) noexcept {
    return is_rfc4121(token) && index >= 8 && index < 16;
}

/// RFC 4121 s4.2.5: the right rotation count is not protected, and counts that are equal modulo
/// the length of what they rotate say the same.
bool is_equivalent_rotation(BytesView original, BytesView changed) noexcept {
    if (!is_rfc4121(original) || original[0] != std::byte{0x05} || original.size() <= 16 ||
        changed.size() != original.size()) {
        return false;
    }
    const auto count = [](BytesView token) {
        return std::to_integer<std::size_t>(token[6]) * 256 +
               std::to_integer<std::size_t>(token[7]);
    };
    const std::size_t turn = original.size() - 16;
    return count(original) % turn == count(changed) % turn;
}

/// Tries one kind of protection from one side to the other.
class DirectionTest {
public:
    DirectionTest(SecurityContext& sender, SecurityContext& receiver, SelfTestReport& report,
                  std::string direction)
        : sender_(sender), receiver_(receiver), report_(report), direction_(std::move(direction)) {}

    [[nodiscard]] std::optional<Error> run() {
        const Bytes message = test_message(67);
        for (const Kind kind : {Kind::mic, Kind::sealed, Kind::integrity_only}) {
            if (std::optional<Error> error = alter_all(kind, message, false)) {
                return error;
            }
            if (std::optional<Error> error = cut_and_extend(kind, message)) {
                return error;
            }
            if (std::optional<Error> error = replay(kind, message)) {
                return error;
            }
        }
        return std::nullopt;
    }

    /// What moves Heimdal's windows, so that genuine tokens fail afterwards: it notes sequence
    /// numbers before it checks the checksum, and those of reflected tokens, too.
    [[nodiscard]] std::optional<Error> run_what_moves_windows() {
        const Bytes message = test_message(67);
        for (const Kind kind : {Kind::mic, Kind::sealed, Kind::integrity_only}) {
            if (std::optional<Error> error = reflect(kind, message)) {
                return error;
            }
            if (std::optional<Error> error = alter_all(kind, message, true)) {
                return error;
            }
        }
        return std::nullopt;
    }

private:
    enum class Kind { mic, sealed, integrity_only };

    [[nodiscard]] static std::string name_of(Kind kind) {
        switch (kind) {
        case Kind::mic:
            return "MIC";
        case Kind::sealed:
            return "sealed token";
        case Kind::integrity_only:
            return "integrity-only token";
        }
        return {};
    }

    [[nodiscard]] Result<Buffer> protect(Kind kind, BytesView message) {
        if (kind == Kind::mic) {
            return sender_.get_mic(message);
        }
        Result<Wrapped> wrapped =
            sender_.wrap(message, kind == Kind::sealed ? Seal::if_available : Seal::integrity_only);
        if (!wrapped) {
            return wrapped.error();
        }
        return std::move(wrapped->token);
    }

    /// True when @p token is accepted by @p who as protecting @p message.
    [[nodiscard]] static bool accepts(SecurityContext& who, Kind kind, BytesView message,
                                      BytesView token) {
        if (kind == Kind::mic) {
            return who.verify_mic(message, token).has_value();
        }
        return who.unwrap(token).has_value();
    }

    [[nodiscard]] Error broken(Kind kind, const std::string& what) const {
        ErrorDetails details;
        details.code = ErrorCode::bad_mic;
        details.operation = "self-test";
        details.mechanism = sender_.mechanism();
        details.backend = receiver_.backend().name();
        details.subject = direction_;
        details.messages.push_back(name_of(kind) + " " + what);
        return Error(std::move(details));
    }

    [[nodiscard]] std::optional<Error> must_refuse(Kind kind, BytesView message, BytesView token,
                                                   const std::string& what) {
        if (accepts(receiver_, kind, message, token)) {
            return broken(kind, what + " was accepted");
        }
        ++report_.refused;
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> must_accept(Kind kind, BytesView message, BytesView token) {
        const std::optional<Error> refusal = open(kind, message, token);
        if (refusal) {
            return broken(kind, "that is genuine was refused: " + refusal->text());
        }
        ++report_.accepted;
        return std::nullopt;
    }

    /// The original comes after its alteration, so that an alteration cannot be refused merely
    /// because its sequence number has been seen. Heimdal 7.8 notes the number of a token before
    /// it checks the checksum: there a fresh token has to do.
    [[nodiscard]] std::optional<Error> must_accept_after_alteration(Kind kind, BytesView message,
                                                                    BytesView token) {
        const std::optional<Error> refusal = open(kind, message, token);
        if (!refusal) {
            ++report_.accepted;
            return std::nullopt;
        }
        if (!refusal->is(ErrorClass::supplementary)) {
            return broken(kind, "that is genuine was refused: " + refusal->text());
        }
        const Result<Buffer> fresh = protect(kind, message);
        return fresh ? must_accept(kind, message, *fresh) : std::optional(fresh.error());
    }

    /// Why the receiver refuses a token, or nothing when it accepts it for @p message.
    [[nodiscard]] std::optional<Error> open(Kind kind, BytesView message, BytesView token) {
        if (kind == Kind::mic) {
            const Result<VerifiedMic> verified = receiver_.verify_mic(message, token);
            return verified ? std::nullopt : std::optional(verified.error());
        }
        const Result<Unwrapped> opened = receiver_.unwrap(token);
        if (!opened) {
            return opened.error();
        }
        return as_text(opened->message.view()) == as_text(message)
                   ? std::nullopt
                   : std::optional(broken(kind, "opened to another message"));
    }

    [[nodiscard]] std::optional<Error> alter_all(Kind kind, BytesView message, bool sequence) {
        const Result<Buffer> probe = protect(kind, message);
        if (!probe) {
            return probe.error();
        }
        if (!sequence) {
            if (std::optional<Error> error = must_accept(kind, message, *probe)) {
                return error;
            }
        }
        for (std::size_t index = 0; index < probe->size(); ++index) {
            if (is_sequence_octet(*probe, index) != sequence) {
                continue;
            }
            if (std::optional<Error> error = alter_octet(kind, message, index, sequence)) {
                return error;
            }
        }
        return sequence || kind != Kind::mic ? std::nullopt : alter_message(message);
    }

    [[nodiscard]] std::optional<Error> alter_octet(Kind kind, BytesView message, std::size_t index,
                                                   bool sequence) {
        for (const std::uint8_t bits : alterations) {
            const Result<Buffer> token = protect(kind, message);
            if (!token) {
                return token.error();
            }
            const Bytes changed = altered(*token, index, bits);
            if (!is_equivalent_rotation(*token, changed)) {
                if (std::optional<Error> error = must_refuse(
                        kind, message, changed, "altered in octet " + std::to_string(index))) {
                    return error;
                }
            }
            if (!sequence) {
                if (std::optional<Error> error =
                        must_accept_after_alteration(kind, message, *token)) {
                    return error;
                }
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> alter_message(BytesView message) {
        for (std::size_t index = 0; index < message.size(); ++index) {
            const Result<Buffer> token = protect(Kind::mic, message);
            if (!token) {
                return token.error();
            }
            if (std::optional<Error> error =
                    must_refuse(Kind::mic, altered(message, index, 0x01), *token,
                                "of a message altered in octet " + std::to_string(index))) {
                return error;
            }
            if (std::optional<Error> error =
                    must_accept_after_alteration(Kind::mic, message, *token)) {
                return error;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> cut_and_extend(Kind kind, BytesView message) {
        const Result<Buffer> token = protect(kind, message);
        if (!token) {
            return token.error();
        }
        for (std::size_t size = 1; size < token->size(); ++size) {
            if (std::optional<Error> error =
                    must_refuse(kind, message, token->view().first(size),
                                "cut to " + std::to_string(size) + " octets")) {
                return error;
            }
        }
        if (std::optional<Error> error =
                must_refuse(kind, message, extended(*token), "extended by an octet")) {
            return error;
        }
        return must_accept_after_alteration(kind, message, *token);
    }

    [[nodiscard]] std::optional<Error> reflect(Kind kind, BytesView message) {
        const Result<Buffer> token = protect(kind, message);
        if (!token) {
            return token.error();
        }
        if (accepts(sender_, kind, message, *token)) {
            return broken(kind, "that was reflected to its sender was accepted");
        }
        ++report_.refused;
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> replay(Kind kind, BytesView message) {
        const Result<Buffer> token = protect(kind, message);
        if (!token) {
            return token.error();
        }
        if (std::optional<Error> error = must_accept(kind, message, *token)) {
            return error;
        }
        if (!receiver_.flags().contains(ContextFlag::replay_detection) &&
            !receiver_.flags().contains(ContextFlag::sequence_detection)) {
            return std::nullopt;
        }
        return must_refuse(kind, message, *token, "that was replayed");
    }

    SecurityContext& sender_;
    SecurityContext& receiver_;
    SelfTestReport& report_;
    std::string direction_;
};

} // namespace

Result<SelfTestReport> self_test(SecurityContext initiator, SecurityContext acceptor) {
    SelfTestReport report;
    DirectionTest forth(initiator, acceptor, report, "initiator to acceptor");
    DirectionTest back(acceptor, initiator, report, "acceptor to initiator");
    for (auto step : {&DirectionTest::run, &DirectionTest::run_what_moves_windows}) {
        for (DirectionTest* direction : {&forth, &back}) {
            if (std::optional<Error> error = (direction->*step)()) {
                return *std::move(error);
            }
        }
    }
    return report;
}

} // namespace gss::inline v0
