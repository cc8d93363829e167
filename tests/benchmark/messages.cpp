// SPDX-License-Identifier: Apache-2.0
// Per-message calls. Tokens that a receiving call consumes are made beforehand, in sequence; what
// the library allocates is released within the timed part on both sides.
#include "direct.h"
#include "ours.h"
#include "suite.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gss::bench {

namespace {

constexpr std::size_t token_room = 512; // more than any token adds to its message

void require(const Error* error) {
    if (error != nullptr) {
        throw_exception(*error);
    }
}

template <typename T>
void require_value(const Result<T>& result) {
    require(result.has_value() ? nullptr : &result.error());
}

void require_sealed(abi::Uint32 major, int sealed, const char* what) {
    require_complete(sealed != 0 ? major : ~major, what);
}

/// Contexts of both sides and a message.
class MessageContest : public Contest {
public:
    MessageContest(const Backend& backend, std::size_t size)
        : ours_(OurParties(backend).establish()), parties_(backend), direct_(parties_.establish()),
          message_(pattern(size)) {}

protected:
    [[nodiscard]] SecurityContext& our_sender() noexcept { return ours_.initiator; }
    [[nodiscard]] SecurityContext& our_receiver() noexcept { return ours_.acceptor(); }
    [[nodiscard]] const rfc2744::Functions& call() const noexcept { return parties_.call(); }
    [[nodiscard]] abi::ContextHandle sender() const noexcept { return direct_.initiator.get(); }
    [[nodiscard]] abi::ContextHandle receiver() const noexcept { return direct_.acceptor.get(); }
    [[nodiscard]] const Bytes& message() const noexcept { return message_; }

private:
    OurPair ours_;
    DirectParties parties_;
    DirectPair direct_;
    Bytes message_;
};

class WrapContest : public MessageContest {
public:
    using MessageContest::MessageContest;
    void run(Side side, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            side == Side::ours ? ours() : direct();
        }
    }

protected:
    virtual void ours() { require_value(our_sender().wrap(message())); }

private:
    void direct() {
        abi::Uint32 minor = 0;
        abi::BufferDesc input = input_of(message());
        abi::BufferDesc token;
        int sealed = 0;
        const abi::Uint32 major = call().wrap(&minor, sender(), 1, 0, &input, &sealed, &token);
        require_sealed(major, sealed, "gss_wrap");
        call().release_buffer(&minor, &token);
    }
};

class WrapIntoContest : public WrapContest {
public:
    WrapIntoContest(const Backend& backend, std::size_t size)
        : WrapContest(backend, size), out_(size + token_room) {}

private:
    void ours() override { require_value(our_sender().wrap_into(message(), out_)); }
    Bytes out_;
};

/// The same direct calls on both sides: what the measurement itself cannot tell apart.
class NoiseContest : public WrapContest {
public:
    using WrapContest::WrapContest;
    void run(Side /*side*/, std::size_t count) override { WrapContest::run(Side::direct, count); }
};

class GetMicContest : public MessageContest {
public:
    using MessageContest::MessageContest;
    void run(Side side, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            side == Side::ours ? ours() : direct();
        }
    }

protected:
    virtual void ours() { require_value(our_sender().get_mic(message())); }

private:
    void direct() {
        abi::Uint32 minor = 0;
        abi::BufferDesc input = input_of(message());
        abi::BufferDesc mic;
        require_complete(call().get_mic(&minor, sender(), 0, &input, &mic), "gss_get_mic");
        call().release_buffer(&minor, &mic);
    }
};

class GetMicIntoContest : public GetMicContest {
public:
    GetMicIntoContest(const Backend& backend, std::size_t size)
        : GetMicContest(backend, size), out_(token_room) {}

private:
    void ours() override { require_value(our_sender().get_mic_into(message(), out_)); }
    Bytes out_;
};

/// A contest that consumes tokens.
class ReceivingContest : public MessageContest {
public:
    using MessageContest::MessageContest;
    void prepare(Side side, std::size_t count) override {
        tokens_.resize(count);
        for (Bytes& token : tokens_) {
            side == Side::ours ? our_token(token) : direct_token(token);
        }
    }
    void run(Side side, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            side == Side::ours ? ours(tokens_[i]) : direct(tokens_[i]);
        }
    }

protected:
    virtual void our_token(Bytes& token) = 0;
    virtual void direct_token(Bytes& token) = 0;
    virtual void ours(Bytes& token) = 0;
    virtual void direct(Bytes& token) = 0;
    static void assign(Bytes& to, BytesView from) { to.assign(from.begin(), from.end()); }
    void assign_and_release(Bytes& to, abi::BufferDesc& from) {
        assign(to, {static_cast<const std::byte*>(from.value), from.length});
        abi::Uint32 minor = 0;
        call().release_buffer(&minor, &from);
    }

private:
    std::vector<Bytes> tokens_;
};

/// unwrap of the caller's own octets, which may be overwritten: as the C call does it.
class UnwrapContest : public ReceivingContest {
public:
    using ReceivingContest::ReceivingContest;

protected:
    void ours(Bytes& token) override { require_value(our_receiver().unwrap(MutableBytes(token))); }

private:
    void our_token(Bytes& token) override {
        assign(token, our_sender().wrap(message()).value().token);
    }
    void direct_token(Bytes& token) override {
        abi::Uint32 minor = 0;
        abi::BufferDesc input = input_of(message());
        abi::BufferDesc output;
        int sealed = 0;
        const abi::Uint32 major = call().wrap(&minor, sender(), 1, 0, &input, &sealed, &output);
        require_sealed(major, sealed, "gss_wrap");
        assign_and_release(token, output);
    }
    void direct(Bytes& token) override {
        abi::Uint32 minor = 0;
        abi::BufferDesc input = input_of(token);
        abi::BufferDesc output;
        int sealed = 0;
        abi::Uint32 qop = 0;
        const abi::Uint32 major = call().unwrap(&minor, receiver(), &input, &output, &sealed, &qop);
        require_sealed(major, sealed, "gss_unwrap");
        call().release_buffer(&minor, &output);
    }
};

class UnwrapConstContest : public UnwrapContest {
public:
    using UnwrapContest::UnwrapContest;

private:
    void ours(Bytes& token) override { require_value(our_receiver().unwrap(BytesView(token))); }
};

class UnwrapInPlaceContest : public UnwrapContest {
public:
    using UnwrapContest::UnwrapContest;

private:
    void ours(Bytes& token) override { require_value(our_receiver().unwrap_in_place(token)); }
};

class VerifyMicContest : public ReceivingContest {
public:
    using ReceivingContest::ReceivingContest;

private:
    void our_token(Bytes& token) override {
        assign(token, our_sender().get_mic(message()).value());
    }
    void direct_token(Bytes& token) override {
        abi::Uint32 minor = 0;
        abi::BufferDesc input = input_of(message());
        abi::BufferDesc mic;
        require_complete(call().get_mic(&minor, sender(), 0, &input, &mic), "gss_get_mic");
        assign_and_release(token, mic);
    }
    void ours(Bytes& token) override { require_value(our_receiver().verify_mic(message(), token)); }
    void direct(Bytes& token) override {
        abi::Uint32 minor = 0;
        abi::BufferDesc input = input_of(message());
        abi::BufferDesc mic = input_of(token);
        abi::Uint32 qop = 0;
        require_complete(call().verify_mic(&minor, receiver(), &input, &mic, &qop),
                         "gss_verify_mic");
    }
};

/// Where the parts of a token lie in one memory; the same for both sides.
struct Layout {
    std::size_t header = 0;
    std::size_t data = 0;
    std::size_t trailer = 0;

    static Layout of(SecurityContext& context, Bytes& message) {
        std::array pieces{IovBuffer::of(IovType::header, {}), IovBuffer::of(IovType::data, message),
                          IovBuffer::of(IovType::padding, {}), IovBuffer::of(IovType::trailer, {})};
        require_value(context.wrap_iov_length(pieces));
        return {pieces[0].needed, message.size(), pieces[3].needed};
    }
    [[nodiscard]] std::size_t size() const noexcept { return header + data + trailer; }
    [[nodiscard]] std::array<IovBuffer, 4> ours(MutableBytes memory) const {
        return {IovBuffer::of(IovType::header, memory.first(header)),
                IovBuffer::of(IovType::data, memory.subspan(header, data)),
                IovBuffer::of(IovType::padding, {}),
                IovBuffer::of(IovType::trailer, memory.last(trailer))};
    }
    [[nodiscard]] std::array<abi::IovBufferDesc, 4> direct(MutableBytes memory) const {
        return {abi::IovBufferDesc{abi::iov_header, {header, memory.data()}},
                abi::IovBufferDesc{abi::iov_data, {data, memory.data() + header}},
                abi::IovBufferDesc{abi::iov_padding, {}},
                abi::IovBufferDesc{abi::iov_trailer, {trailer, memory.data() + header + data}}};
    }
};

/// gss_wrap_iov in place, of the same memory again and again.
class WrapIovContest : public MessageContest {
public:
    WrapIovContest(const Backend& backend, std::size_t size)
        : MessageContest(backend, size), message_(message()),
          layout_(Layout::of(our_sender(), message_)), memory_(layout_.size()) {}
    void run(Side side, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            side == Side::ours ? ours() : direct();
        }
    }

private:
    void ours() { require_value(our_sender().wrap_iov(our_pieces_)); }
    void direct() {
        abi::Uint32 minor = 0;
        int sealed = 0;
        const abi::Uint32 major =
            call().wrap_iov(&minor, sender(), 1, 0, &sealed, direct_pieces_.data(), 4);
        require_sealed(major, sealed, "gss_wrap_iov");
    }
    Bytes message_;
    Layout layout_;
    Bytes memory_;
    std::array<IovBuffer, 4> our_pieces_ = layout_.ours(memory_);
    std::array<abi::IovBufferDesc, 4> direct_pieces_ = layout_.direct(memory_);
};

/// gss_unwrap_iov in place, of what gss_wrap_iov has left there.
class UnwrapIovContest : public ReceivingContest {
public:
    UnwrapIovContest(const Backend& backend, std::size_t size)
        : ReceivingContest(backend, size), message_(message()),
          layout_(Layout::of(our_sender(), message_)) {}

private:
    void our_token(Bytes& token) override {
        token.resize(layout_.size());
        std::array<IovBuffer, 4> pieces = layout_.ours(token);
        require_value(our_sender().wrap_iov(pieces));
    }
    void direct_token(Bytes& token) override {
        token.resize(layout_.size());
        std::array<abi::IovBufferDesc, 4> pieces = layout_.direct(token);
        abi::Uint32 minor = 0;
        int sealed = 0;
        const abi::Uint32 major =
            call().wrap_iov(&minor, sender(), 1, 0, &sealed, pieces.data(), 4);
        require_sealed(major, sealed, "gss_wrap_iov");
    }
    void ours(Bytes& token) override {
        std::array<IovBuffer, 4> pieces = layout_.ours(token);
        require_value(our_receiver().unwrap_iov(pieces));
    }
    void direct(Bytes& token) override {
        std::array<abi::IovBufferDesc, 4> pieces = layout_.direct(token);
        abi::Uint32 minor = 0;
        int sealed = 0;
        abi::Uint32 qop = 0;
        const abi::Uint32 major =
            call().unwrap_iov(&minor, receiver(), &sealed, &qop, pieces.data(), 4);
        require_sealed(major, sealed, "gss_unwrap_iov");
    }
    Bytes message_;
    Layout layout_;
};

struct Size {
    const char* name;
    std::size_t octets;
    double bound; // small messages leave little work to hide a call behind
};
constexpr std::array sizes{Size{"64B", 64, 1.05}, Size{"1KiB", 1024, 1.02},
                           Size{"64KiB", 65536, 1.02}, Size{"1MiB", 1048576, 1.02}};

template <typename MyContest>
void add(Suite& suite, const Backend& backend, const char* operation, bool bounded) {
    for (const Size& size : sizes) {
        suite.add_times(std::string(backend.name()) + "/" + operation + "/" + size.name,
                        bounded ? std::optional(size.bound) : std::nullopt, suite.settings(),
                        [backend, octets = size.octets] {
                            return std::make_unique<MyContest>(backend, octets);
                        });
    }
}

} // namespace

void add_messages(Suite& suite, const Backend& backend) {
    add<WrapContest>(suite, backend, "wrap", true);
    add<UnwrapContest>(suite, backend, "unwrap", true);
    add<GetMicContest>(suite, backend, "get_mic", true);
    add<VerifyMicContest>(suite, backend, "verify_mic", true);
    add<WrapIovContest>(suite, backend, "wrap_iov", true);
    add<UnwrapIovContest>(suite, backend, "unwrap_iov", true);
    add<UnwrapConstContest>(suite, backend, "unwrap_const", false);
    add<WrapIntoContest>(suite, backend, "wrap_into", false);
    add<UnwrapInPlaceContest>(suite, backend, "unwrap_in_place", false);
    add<GetMicIntoContest>(suite, backend, "get_mic_into", false);
    suite.add_times(std::string(backend.name()) + "/direct_against_direct/64B", std::nullopt,
                    suite.settings(),
                    [backend] { return std::make_unique<NoiseContest>(backend, 64); });
}

} // namespace gss::bench
