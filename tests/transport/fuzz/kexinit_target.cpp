// SPDX-License-Identifier: Apache-2.0
// KEXINIT, and what comes around it: a whole session of either role, to which a peer says anything.
//
//   KEXINIT is taken when it keeps the rules, and the choice is that of RFC 4253 s7.1. A wrong
//   guess is passed over once. With strict key exchange nothing but its own messages comes before
//   NEWKEYS. Keys are announced when both sides have said NEWKEYS and the host has been proven,
//   never else.
//
// Octets: bit 0 of the first: role; bit 1: only two messages (two strings) are compared. Then
// options (bit 0: strict; 1: a server has no host key; 2: GSS methods only; 3: explains), then
// steps:
//   0 message    payload (string)
//   1 KEXINIT    for each list: how many names, their places in our list; then flags (bit 0: guess;
//                1: strict; 2: ext-info; 3: reserved is not 0)
//   2 method's   variant, size of the key
//   3 NEWKEYS
//   4 other      number; as that message must be
//   5 answer     which question, answer
//   6 the host exchanges keys anew
#include "transport_targets.h"

#include "cheap_crypto.h"
#include "kexinit.h"
#include "kexinit_model.h"
#include "messages.h"
#include "plain_session.h"
#include "userauth_parts.h"
#include "writer.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>

namespace gss::test::fuzz {

namespace {

namespace message = transport::detail::message;
using ssh::wire::Writer;
using transport::Event;
using transport::RequestId;

/// Below all limits of a session before authentication.
constexpr unsigned few_packets = 1000;
constexpr unsigned few_exchanges = 2;

template <typename Options>
Options common_options(unsigned bits) {
    Options options;
    options.crypto = &cheap_crypto();
    options.strict = (bits & 1U) != 0;
    options.explain = (bits & 8U) != 0;
    if ((bits & 4U) != 0) {
        std::erase_if(options.algorithms.key_exchange,
                      [](const std::string& name) { return !name.starts_with("gss-"); });
    }
    return options;
}

PlainSession make_session(Role role, unsigned bits) {
    if (role == Role::client) {
        return PlainSession(common_options<transport::ClientOptions>(bits));
    }
    auto options = common_options<transport::ServerOptions>(bits);
    if ((bits & 2U) == 0) {
        options.host_keys = {fuzz_key()};
    }
    return PlainSession(options);
}

bool is_of_exchange(std::uint8_t number) {
    return number == message::kexinit || number == message::newkeys ||
           (number >= message::kex_first && number <= message::kex_last);
}

class Run {
public:
    Run(Cursor& cursor, Role role)
        : cursor_(cursor), role_(role), bits_(cursor.byte()), plain_(make_session(role, bits_)) {}

    void all() {
        plain_.octets(as_bytes("SSH-2.0-peer\r\n"));
        look();
        hold(!own_kexinit_.empty(), "KEXINIT follows the identification");
        while (!cursor_.empty() && plain_.session().is_active()) {
            step();
        }
    }

private:
    void step();
    [[nodiscard]] Bytes kexinit();
    [[nodiscard]] Bytes method_message();
    [[nodiscard]] Bytes other_message();
    void answer();

    void feed(const Bytes& payload);
    void check_kexinit(const Bytes& payload, bool initial);
    void check_newkeys(const Bytes& payload);
    /// Takes what the session says and sends.
    void look();
    void look_at(const Event& event);

    void must_end(bool must, const char* promise) {
        hold(!must || !plain_.session().is_active(), promise);
    }
    void must_go_on(bool must, const char* promise) {
        hold(!must || plain_.session().is_active() || packets_ >= few_packets, promise);
    }

    Cursor& cursor_;
    Role role_;
    unsigned bits_;
    PlainSession plain_;
    // Of the session
    unsigned packets_ = 0; ///< that the peer has sent
    unsigned exchanges_ = 0;
    bool initial_ = true;
    bool strict_ = false;
    bool gone_ = false;
    // Of the exchange
    Bytes own_kexinit_;
    std::optional<ModelAgreement> agreed_;
    bool theirs_ = false;       ///< the peer's KEXINIT was taken
    bool holds_ = false;        ///< our KEXINIT is out, our NEWKEYS is not
    bool newkeys_sent_ = false; ///< ours
    bool passes_over_ = false;  ///< the peer has guessed wrong
    bool proven_ = false;       ///< a MIC was verified, or made
    std::optional<RequestId> open_;
    // Of the step
    std::size_t sent_ = 0;
    std::size_t events_ = 0;
    std::optional<transport::KeysExchanged> exchanged_;
};

void Run::step() {
    switch (cursor_.byte() % 7) {
    case 0: {
        const BytesView payload = cursor_.string();
        return payload.empty() ? void() : feed(Bytes(payload.begin(), payload.end()));
    }
    case 1:
        return feed(kexinit());
    case 2:
        return feed(method_message());
    case 3:
        return feed(Bytes{std::byte{message::newkeys}});
    case 4:
        return feed(other_message());
    case 5:
        return answer();
    default:
        static_cast<void>(plain_.session().rekey());
        return look();
    }
}

/// Names from our own lists in an order that the input says.
Bytes Run::kexinit() {
    const ModelInit own = model_parse(own_kexinit_).value();
    ModelInit init;
    for (std::size_t list = 0; list < list_count; ++list) {
        const Names& ours = own.lists[list];
        const unsigned count = cursor_.byte() % 8;
        if (count == 0) {
            init.lists[list] = ours;
            std::erase_if(init.lists[list], transport::detail::is_marker);
        }
        for (unsigned i = 0; i < count; ++i) {
            const std::size_t place = cursor_.byte();
            init.lists[list].push_back(ours.empty() || place >= 0xf0
                                           ? "other-" + std::to_string(place)
                                           : ours[place % ours.size()]);
        }
    }
    const unsigned flags = cursor_.byte();
    const bool from_client = role_ == Role::server;
    init.guess = (flags & 1U) != 0;
    if ((flags & 2U) != 0) {
        init.lists[kex_list].emplace_back(from_client ? "kex-strict-c-v00@openssh.com"
                                                      : "kex-strict-s-v00@openssh.com");
    }
    if ((flags & 4U) != 0) {
        init.lists[kex_list].insert(init.lists[kex_list].begin(),
                                    from_client ? "ext-info-c" : "ext-info-s");
    }
    return model_build(init, (flags & 8U) != 0 ? 1 : 0);
}

Bytes Run::method_message() {
    constexpr std::array<std::size_t, 6> sizes{32, 56, 65, 97, 133, 256};
    const unsigned variant = cursor_.byte() % 8;
    const unsigned which = cursor_.byte() % sizes.size();
    Bytes key(sizes[which], std::byte{9});
    key[0] = std::byte{4};
    const Bytes der = mechanism::krb5().to_der();
    const Bytes token = Writer()
                            .byte(0x60)
                            .byte(static_cast<std::uint8_t>(der.size() + 4))
                            .raw(der)
                            .uint32(0x01000000)
                            .take();
    const BytesView host_key = fuzz_key().public_key().blob();
    switch (variant) {
    case 0:
        return Writer(30).string(key).take();
    case 1:
        return Writer(30).string(token).string(key).take();
    case 2:
        return Writer(31).string(token).take();
    case 3:
        return Writer(31).string(host_key).string(key).string(token).take();
    case 4:
        return Writer(32).string(key).text("a MIC").boolean(true).string(token).take();
    case 5:
        return Writer(32).string(key).text("a MIC").boolean(false).take();
    case 6:
        return Writer(33).string(host_key).take();
    default:
        return Writer(34).uint32(0xd0000).uint32(7).text("no \x1b[2J").text("en").take();
    }
}

Bytes Run::other_message() {
    const std::uint8_t number = cursor_.byte();
    Writer other(number);
    switch (number) {
    case message::disconnect:
        return other.uint32(11).text("bye \x1b[2J").text("en").take();
    case message::ignore:
    case message::service_request:
    case message::service_accept:
        return other.text("ssh-userauth").take();
    case message::unimplemented:
    case message::ext_info:
        return other.uint32(0).take();
    case message::debug:
        return other.boolean(true).text("debug \x1b[2J").text("en").take();
    default:
        return other.take();
    }
}

void Run::answer() {
    const RequestId id = answered_id(cursor_, open_.value_or(100));
    transport::Answer given = any_answer(cursor_);
    const auto* const verified = std::get_if<ssh::VerifyAnswer>(&given);
    const auto* const made = std::get_if<ssh::MicAnswer>(&given);
    const bool proves =
        (verified != nullptr && verified->verified) || (made != nullptr && made->mic.has_value());
    const bool counts = open_ == id;
    const ssh::Fed fed = plain_.answer(id, std::move(given));
    if (counts) {
        open_.reset();
        proven_ = proven_ || proves;
    }
    look();
    hold(counts || (fed == ssh::Fed::stale && sent_ == 0 && events_ == 0),
         "an answer to no open question changes nothing");
}

void Run::feed(const Bytes& payload) {
    // No packet is read while a question of key exchange is open.
    if (!plain_.session().wants_octets()) {
        return;
    }
    const std::uint8_t number = number_of(payload);
    const bool initial = initial_;
    const bool strict = strict_;
    const bool theirs = theirs_;
    const bool passes_over =
        passes_over_ && number >= message::kex_first && number <= message::kex_last;
    const bool may_switch = newkeys_sent_;
    plain_.packet(payload);
    look();
    must_end(number == message::disconnect, "DISCONNECT ends it");
    must_end(initial && strict && theirs && number != message::disconnect &&
                 !is_of_exchange(number),
             "strict key exchange: nothing but its own messages before NEWKEYS");
    if (number == message::kexinit) {
        check_kexinit(payload, initial);
    } else if (number == message::newkeys) {
        must_end(!may_switch || payload.size() != 1, "NEWKEYS has its place");
        if (may_switch) {
            check_newkeys(payload);
        }
    } else if (number >= message::kex_first && number <= message::kex_last) {
        must_end(!theirs, "a method's message needs KEXINIT before it");
        if (theirs && passes_over) {
            must_go_on(true, "a wrong guess is passed over");
            hold(sent_ == 0 && events_ == 0, "nothing comes of a wrong guess");
            passes_over_ = false;
        }
        must_end(theirs && !passes_over && may_switch, "the method has ended");
        // A host key (33) is kept for later, and an error (34) is followed by the end.
        hold(!theirs || passes_over || number > 32 || sent_ != 0 || events_ != 0,
             "one message is passed over, and no other");
    }
    hold(number == message::newkeys || !exchanged_, "keys come with NEWKEYS");
    ++packets_;
}

void Run::check_kexinit(const Bytes& payload, bool initial) {
    if (theirs_) {
        return must_end(true, "one KEXINIT for one exchange");
    }
    compare_agreement(role_ == Role::client ? BytesView(own_kexinit_) : payload,
                      role_ == Role::client ? BytesView(payload) : own_kexinit_);
    const auto own = model_parse(own_kexinit_);
    const auto peer = model_parse(payload);
    if (!peer) {
        return must_end(true, "KEXINIT keeps all rules");
    }
    agreed_ = role_ == Role::client ? model_agree(*own, *peer, role_, initial)
                                    : model_agree(*peer, *own, role_, initial);
    if (!agreed_) {
        return must_end(true, "without an agreement there is no exchange");
    }
    if (initial) {
        strict_ = agreed_->algorithms.strict;
        hold(!strict_ || (bits_ & 1U) != 0, "who was told so never agrees to strictness");
        if (strict_ && packets_ != 0) {
            return must_end(true, "strict key exchange: KEXINIT is the first packet");
        }
    }
    agreed_->algorithms.strict = strict_;
    theirs_ = true;
    passes_over_ = agreed_->guess_is_wrong;
    exchanges_ += initial ? 0U : 1U;
    must_go_on(exchanges_ <= few_exchanges, "an agreement is an agreement");
}

void Run::check_newkeys(const Bytes& payload) {
    if (payload.size() != 1) {
        return;
    }
    must_go_on(true, "NEWKEYS in its place is taken");
    if (!plain_.session().is_active()) {
        return;
    }
    hold(exchanged_ && agreed_ && same(exchanged_->algorithms, agreed_->algorithms),
         "what is in use is what was agreed on");
    hold(exchanged_->initial == initial_, "there is one initial exchange");
    const bool by_gss = exchanged_->host == transport::HostAuthentication::by_gss;
    hold(by_gss == agreed_->algorithms.key_exchange.starts_with("gss-"),
         "the method says what vouches for the host");
    // Nobody here has a host key to sign with but the session itself.
    hold(by_gss ? proven_ : role_ == Role::server, "no keys without a proof");
    initial_ = false;
    theirs_ = newkeys_sent_ = passes_over_ = proven_ = false;
    agreed_.reset();
}

void Run::look_at(const Event& event) {
    std::visit(
        [this](const auto& which) {
            using T = std::decay_t<decltype(which)>;
            hold(!gone_, "nothing comes after the end");
            if constexpr (std::is_same_v<T, transport::KeysExchanged>) {
                exchanged_ = which;
            } else if constexpr (std::is_same_v<T, transport::Disconnected>) {
                hold_shown(which.text);
                gone_ = true;
            } else if constexpr (std::is_same_v<T, transport::PeerText>) {
                hold_shown(which.text);
            } else {
                hold(!std::is_same_v<T, transport::HostKeyQuestion>,
                     "nobody is asked about a host key without a good signature");
                hold(!std::is_same_v<T, transport::LoggedIn>, "nobody has logged in");
            }
        },
        event);
    if (const auto id = transport::question_id(event)) {
        open_ = id;
    }
}

void Run::look() {
    exchanged_.reset();
    events_ = 0;
    while (const auto event = plain_.poll()) {
        ++events_;
        look_at(*event);
    }
    const std::vector<Bytes> sent = plain_.take_sent();
    sent_ = sent.size();
    for (const Bytes& payload : sent) {
        const std::uint8_t number = number_of(payload);
        hold(!holds_ || number <= message::debug || is_of_exchange(number),
             "from KEXINIT to NEWKEYS nothing else goes out");
        if (number == message::kexinit) {
            own_kexinit_ = payload;
            holds_ = true;
        } else if (number == message::newkeys) {
            holds_ = false;
            newkeys_sent_ = true;
        }
    }
    hold(plain_.session().is_active() != gone_, "the end is told");
}

} // namespace

void fuzz_kexinit(BytesView input) {
    Cursor cursor(input);
    const unsigned first = cursor.byte();
    if ((first & 2U) != 0) {
        const BytesView client = cursor.string();
        return compare_agreement(client, cursor.string());
    }
    Run(cursor, (first & 1U) != 0 ? Role::server : Role::client).all();
}

} // namespace gss::test::fuzz
