// SPDX-License-Identifier: Apache-2.0
// Exported contexts and names that are cut, extended or altered never crash: what we can check is
// refused before the native library sees it. Names run in a process of their own: a name may be
// altered into another one, which is the library's to judge.
#include "hostile.h"

#include <cstdlib>

namespace gss::test {
namespace {

class Exports : public OnBackend {
protected:
    [[nodiscard]] Bytes exported_context() const {
        ContextPair contexts = establish(library(), library()).value();
        const ExportedContext exported = contexts.initiator.export_context().value();
        return {exported.bytes().begin(), exported.bytes().end()};
    }
    static void expect_damaged(BytesView frame) {
        const auto parsed = ExportedContext::parse(frame);
        ASSERT_FALSE(parsed) << "taken for an intact export";
        EXPECT_EQ(parsed.error().code(), ErrorCode::damaged_export);
        EXPECT_NE(parsed.error().text().find("exported context"), std::string::npos)
            << parsed.error().text();
    }
    [[nodiscard]] Bytes exported_name(std::string_view text, const Oid& type) const {
        const Name name = Name::import_name(library(), text, type).value();
        const Buffer exported = name.canonicalize(mechanism::krb5()).value().export_name().value();
        return {exported.view().begin(), exported.view().end()};
    }
    /// All that can be done with a name that was taken, on pain of a crash.
    static void use(const Result<Name>& name) {
        if (name) {
            static_cast<void>(name->display());
            static_cast<void>(name->duplicate());
            static_cast<void>(name->export_name());
            static_cast<void>(name->equals(*name));
            static_cast<void>(name->canonicalize(mechanism::krb5()));
        }
    }
};

TEST_P(Exports, contexts_cut_at_every_length) {
    const Bytes frame = exported_context();
    for (std::size_t length = 0; length < frame.size(); ++length) {
        expect_damaged(BytesView(frame).first(length));
    }
}

TEST_P(Exports, contexts_altered_in_every_octet) {
    const Bytes frame = exported_context();
    for (std::size_t at = 0; at < frame.size(); ++at) {
        for (const std::byte mask : {std::byte{0x01}, std::byte{0xff}}) {
            Bytes altered = frame;
            altered[at] ^= mask;
            expect_damaged(altered);
        }
    }
}

TEST_P(Exports, contexts_extended) {
    Bytes frame = exported_context();
    frame.resize(frame.size() + 1);
    expect_damaged(frame);
    frame.resize(frame.size() + 1000);
    expect_damaged(frame);
    expect_damaged(pattern(500));
}

TEST_P(Exports, contexts_of_another_backend) {
    const std::string other = GetParam() == "mit" ? "heimdal" : "mit";
    const ExportedContext exported = ExportedContext::parse(exported_context()).value();
    const auto imported = SecurityContext::import_context(backend(other), exported);
    ASSERT_FALSE(imported);
    EXPECT_EQ(imported.error().code(), ErrorCode::misuse);
    EXPECT_NE(imported.error().text().find(GetParam()), std::string::npos);
}

TEST_P(Exports, names_cut_at_every_length) {
    const Bytes exported = exported_name("host@localhost", name_type::hostbased_service());
    for (std::size_t length = 0; length < exported.size(); ++length) {
        const auto name = Name::import_exported(library(), BytesView(exported).first(length));
        ASSERT_FALSE(name) << length;
        EXPECT_EQ(name.error().code(), ErrorCode::damaged_export) << name.error().text();
        EXPECT_NE(name.error().text().find("exported name"), std::string::npos);
    }
}

// MIT asserts on octets behind the name, in the frame and (with a composite frame) inside it.
TEST_P(Exports, sec_A3_13_names_extended) {
    Bytes exported = exported_name("alice", name_type::user());
    exported.push_back(std::byte{0});
    const auto name = Name::import_exported(library(), exported);
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code(), ErrorCode::damaged_export);
    // The frame itself right, but more inside than a name: the library's to judge.
    exported.back() = std::byte{'x'};
    const std::size_t length_at = 4 + std::to_integer<std::size_t>(exported[3]);
    exported[length_at + 3] = static_cast<std::byte>(exported.size() - length_at - 4);
    const Survival survival = in_subprocess([&] {
        use(Name::import_exported(library(), exported));
        exported[1] = std::byte{2}; // composite (RFC 6680)
        use(Name::import_exported(library(), exported));
        return 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0);
}

// Heimdal 7.8 reads past the end of an empty host.
TEST_P(Exports, names_with_an_empty_host) {
    for (const auto& [text, type] : {std::pair{"host@", name_type::hostbased_service()},
                                     std::pair{"host/@REALM", name_type::krb5_principal()},
                                     std::pair{"host@:22", name_type::hostbased_service()},
                                     std::pair{"host/:22@REALM", name_type::krb5_principal()},
                                     std::pair{"host/", name_type::krb5_principal()},
                                     std::pair{"host//box@REALM", name_type::user()}}) {
        const auto name = Name::import_name(library(), text, type);
        ASSERT_FALSE(name) << text;
        EXPECT_EQ(name.error().code(), ErrorCode::bad_name);
        EXPECT_NE(name.error().text().find(text), std::string::npos);
    }
    for (const char* text : {"host/box@REALM", "alice", "a\\/@REALM", "alice/admin"}) {
        EXPECT_TRUE(Name::import_name(library(), text, name_type::krb5_principal())) << text;
    }
}

TEST_P(Exports, sec_A3_13_names_altered_in_every_octet) {
    for (const bool composite : {false, true}) {
        Bytes exported = exported_name("host@localhost", name_type::hostbased_service());
        exported[1] = composite ? std::byte{2} : std::byte{1};
        for (std::size_t at = 0; at < exported.size(); ++at) {
            const Survival survival = in_subprocess([&] {
                for (unsigned value = 0; value < 256; ++value) {
                    Bytes altered = exported;
                    altered[at] = static_cast<std::byte>(value);
                    const auto name = Name::import_exported(library(), altered);
                    use(name);
                    if (!name && name.error().messages().empty()) {
                        return 2;
                    }
                }
                return 0;
            });
            EXPECT_TRUE(survival.exited) << "signal " << survival.status << " at " << at;
            EXPECT_EQ(survival.status, 0) << at;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(, Exports, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
