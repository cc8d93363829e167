// SPDX-License-Identifier: Apache-2.0
// What is built from other calls, because the library's own fail or are missing: the native calls
// are made here and seen to fail, beside ours that work.
#include "conformance.h"

#include "access.h"
#include "library_backend.h"

#include <array>

namespace gss::test {

namespace {

namespace abi = rfc2744::abi;

class AbsentMessages : public OnBackend {
protected:
    [[nodiscard]] static const rfc2744::Library& native() {
        return static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library())).native();
    }
    [[nodiscard]] static abi::BufferDesc buffer_of(MutableBytes octets) {
        return {octets.size(), octets.data()};
    }
    /// A context that we hold as a native handle.
    struct Handle {
        explicit Handle(SecurityContext context) {
            const ExportedContext exported = context.export_context().value();
            Bytes token(exported.native_token().begin(), exported.native_token().end());
            abi::BufferDesc input = buffer_of(token);
            abi::Uint32 minor = 0;
            EXPECT_EQ(native().call().import_sec_context(&minor, &input, &context_), 0U);
        }
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;
        ~Handle() {
            abi::Uint32 minor = 0;
            native().call().delete_sec_context(&minor, &context_, nullptr);
        }
        abi::ContextHandle context_ = nullptr;
    };
};
INSTANTIATE_TEST_SUITE_P(All, AbsentMessages, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(AbsentMessages, MicCallsOnPiecesAreNotExportedByHeimdal) {
    EXPECT_EQ(native().call().get_mic_iov != nullptr, is_mit());
    EXPECT_EQ(native().call().get_mic_iov_length != nullptr, is_mit());
    EXPECT_EQ(native().message().verify_mic_iov != nullptr, is_mit());
    EXPECT_TRUE(library().supports(Capability::iov_mic)) << "built from the plain calls";
}

TEST_P(AbsentMessages, StreamsFailNativelyOnHeimdal) {
    for (const bool aead : {false, true}) {
        ContextPair both = establish(library(), library()).value();
        Buffer token = both.initiator.wrap(as_bytes("message")).value().token;
        Handle to(std::move(both.acceptor.context));
        abi::Uint32 minor = 0;
        abi::Uint32 qop = 0;
        int sealed = 0;
        abi::Uint32 major = 0;
        if (aead) {
            abi::BufferDesc input = buffer_of(token.mutable_view());
            abi::BufferDesc associated;
            abi::BufferDesc message;
            major = native().message().unwrap_aead(&minor, to.context_, &input, &associated,
                                                   &message, &sealed, &qop);
            native().call().release_buffer(&minor, &message);
        } else {
            std::array<abi::IovBufferDesc, 2> iov{
                abi::IovBufferDesc{abi::iov_stream, buffer_of(token.mutable_view())},
                abi::IovBufferDesc{abi::iov_data, {}}};
            major = native().call().unwrap_iov(&minor, to.context_, &sealed, &qop, iov.data(), 2);
        }
        EXPECT_EQ(major == abi::status_complete, is_mit()) << major;
    }
    EXPECT_TRUE(library().supports(Capability::iov_stream)) << "built from exact pieces";
    EXPECT_TRUE(library().supports(Capability::aead));
}

TEST_P(AbsentMessages, SigningInDceStyleFailsNativelyOnHeimdal) {
    EstablishOptions options =
        with_flags(default_context_flags | ContextFlag::dce_style, ContextFlag::dce_style);
    ContextPair both = establish(library(), library(), options).value();
    Handle from(std::move(both.initiator));
    Bytes data = pattern(32);
    Bytes header(100);
    std::array<abi::IovBufferDesc, 2> iov{abi::IovBufferDesc{abi::iov_header, buffer_of(header)},
                                          abi::IovBufferDesc{abi::iov_data, buffer_of(data)}};
    abi::Uint32 minor = 0;
    int sealed = 0;
    const abi::Uint32 major =
        native().call().wrap_iov(&minor, from.context_, 0, 0, &sealed, iov.data(), 2);
    EXPECT_EQ(major == abi::status_complete, is_mit()) << major;
}

} // namespace

} // namespace gss::test
