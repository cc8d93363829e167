// SPDX-License-Identifier: Apache-2.0
// Established contexts travel: in this process and to another one, whole or not at all.
#include "conformance.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gss::test {

namespace {

class Export : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, Export, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Export, GoesOnWhereItWas) {
    ContextPair both = pair();
    const Buffer before = both.initiator.wrap(as_bytes("before")).value().token;
    ASSERT_TRUE(succeeds(both.acceptor.context.unwrap(before)));
    const ExportedContext exported = both.acceptor.context.export_context().value();
    EXPECT_EQ(exported.backend(), acceptor().name());
    SecurityContext imported = SecurityContext::import_context(acceptor(), exported).value();
    EXPECT_TRUE(fails_with(imported.unwrap(before), ErrorCode::duplicate_token))
        << "the window was forgotten";
    const Buffer after = both.initiator.wrap(as_bytes("after")).value().token;
    EXPECT_EQ(imported.unwrap(after).value().message.text(), "after");
    const Buffer back = imported.wrap(as_bytes("back")).value().token;
    EXPECT_EQ(both.initiator.unwrap(back).value().message.text(), "back");
}

TEST_P(Export, WorksForTheInitiatorToo) {
    ContextPair both = pair();
    const ExportedContext exported = both.initiator.export_context().value();
    SecurityContext imported = SecurityContext::import_context(initiator(), exported).value();
    const Buffer mic = imported.get_mic(as_bytes("m")).value();
    EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(as_bytes("m"), mic)));
}

TEST_P(Export, KeepsWhatIsKnownOfTheContext) {
    ContextPair both = pair();
    const ContextInfo before = both.acceptor.context.inquire().value();
    const ExportedContext exported = both.acceptor.context.export_context().value();
    const SecurityContext imported = SecurityContext::import_context(acceptor(), exported).value();
    EXPECT_EQ(imported.mechanism(), mechanism::krb5());
    EXPECT_TRUE(imported.flags().contains_all(default_context_flags));
    const ContextInfo after = imported.inquire().value();
    EXPECT_EQ(after.initiator_name.value().display().value().text, in_realm("alice"));
    EXPECT_FALSE(after.locally_initiated);
    EXPECT_TRUE(after.open);
    EXPECT_TRUE(imported.remaining_lifetime().value().duration().has_value());
}

TEST_P(Export, TakesTheContextAway) {
    ContextPair both = pair();
    ASSERT_TRUE(succeeds(both.acceptor.context.export_context()));
    SecurityContext& gone = both.acceptor.context;
    EXPECT_TRUE(fails_with(gone.get_mic(as_bytes("m")), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(gone.wrap(as_bytes("m")), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(gone.unwrap(as_bytes("m")), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(gone.inquire(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(gone.remaining_lifetime(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(gone.export_context(), ErrorCode::misuse));
}

TEST_P(Export, WorksThroughSpnego) {
    ContextPair both = pair(with_mechanism(mechanism::spnego()));
    const ExportedContext exported = both.acceptor.context.export_context().value();
    SecurityContext imported = SecurityContext::import_context(acceptor(), exported).value();
    const Buffer token = both.initiator.wrap(as_bytes("m")).value().token;
    EXPECT_EQ(imported.unwrap(token).value().message.text(), "m");
}

TEST_P(Export, OfAnotherBackendIsMisuse) {
    ContextPair both = pair();
    const ExportedContext exported = both.acceptor.context.export_context().value();
    const Result<SecurityContext> imported = SecurityContext::import_context(initiator(), exported);
    if (initiator() == acceptor()) {
        EXPECT_TRUE(succeeds(imported));
    } else {
        ASSERT_TRUE(fails_with(imported, ErrorCode::misuse));
        EXPECT_FALSE(imported.error().native().has_value()) << "the native library saw it";
    }
}

TEST_P(Export, ThatIsTrustedIsImportedBare) {
    ContextPair both = pair();
    const ExportedContext exported = both.acceptor.context.export_context().value();
    SecurityContext imported =
        SecurityContext::import_trusted(acceptor(), exported.native_token()).value();
    const Buffer token = both.initiator.wrap(as_bytes("m")).value().token;
    EXPECT_EQ(imported.unwrap(token).value().message.text(), "m");
    EXPECT_TRUE(
        fails_with(SecurityContext::import_trusted(acceptor(), {}), ErrorCode::invalid_token));
}

class ExportOnBackend : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, ExportOnBackend, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(ExportOnBackend, CutOrAlteredNeverReachesTheLibrary) {
    // Both native libraries crash on some of these.
    ContextPair both = establish(library(), library()).value();
    const ExportedContext exported = both.acceptor.context.export_context().value();
    const BytesView frame = exported.bytes();
    for (std::size_t size = 0; size < frame.size(); ++size) {
        ASSERT_TRUE(
            fails_with(ExportedContext::parse(frame.first(size)), ErrorCode::damaged_export))
            << size;
    }
    for (std::size_t index = 0; index < frame.size(); ++index) {
        for (const std::byte bits : {std::byte{0x01}, std::byte{0x80}, std::byte{0xff}}) {
            ASSERT_TRUE(fails_with(ExportedContext::parse(altered(frame, index, bits)),
                                   ErrorCode::damaged_export))
                << index;
        }
    }
    Bytes longer(frame.begin(), frame.end());
    longer.push_back(std::byte{0});
    EXPECT_TRUE(fails_with(ExportedContext::parse(longer), ErrorCode::damaged_export));
    const ExportedContext whole = ExportedContext::parse(frame).value();
    EXPECT_TRUE(succeeds(SecurityContext::import_context(library(), whole)));
}

/// One end of a socket pair whose other end is in a child process.
class Channel {
public:
    explicit Channel(int descriptor) : descriptor_(descriptor) {}
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    ~Channel() { close(descriptor_); }

    void send(BytesView octets) const {
        if (write(descriptor_, octets.data(), octets.size()) !=
            static_cast<ssize_t>(octets.size())) {
            throw std::runtime_error("not sent");
        }
    }
    [[nodiscard]] Bytes receive() const {
        Bytes octets(16384);
        const ssize_t size = read(descriptor_, octets.data(), octets.size());
        if (size <= 0) {
            throw std::runtime_error("nothing came");
        }
        octets.resize(static_cast<std::size_t>(size));
        return octets;
    }

private:
    int descriptor_;
};

/// What the other process does: takes the context over, opens one message and answers.
int serve(const Backend& library, const Channel& channel) {
    try {
        const ExportedContext exported = ExportedContext::parse(channel.receive()).value();
        SecurityContext context = SecurityContext::import_context(library, exported).value();
        channel.send(as_bytes("ready"));
        const Unwrapped question = context.unwrap(channel.receive()).value();
        if (question.message.text() != "question") {
            return 1;
        }
        channel.send(context.wrap(as_bytes("answer")).value().token);
        return 0;
    } catch (const std::exception&) {
        return 2;
    }
}

TEST_P(ExportOnBackend, GoesOnInAnotherProcess) {
    std::array<int, 2> ends{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    const Backend opened = library();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        close(ends[0]);
        _exit(serve(opened, Channel(ends[1])));
    }
    close(ends[1]);
    const Channel channel(ends[0]);
    ContextPair both = establish(opened, opened).value();
    channel.send(both.acceptor.context.export_context().value().bytes());
    EXPECT_EQ(text(channel.receive()), "ready");
    channel.send(both.initiator.wrap(as_bytes("question")).value().token);
    EXPECT_EQ(both.initiator.unwrap(channel.receive()).value().message.text(), "answer");
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace

} // namespace gss::test
