// SPDX-License-Identifier: Apache-2.0
// Keytabs that are missing, unreadable, broken, or lack the key: one code on every backend, and a
// text that names the keytab.
#include "hostile.h"
#include "keytab_file.h"

#include <cstdlib>

namespace gss::test {
namespace {

class Keytabs : public OnBackend {
protected:
    /// Acquiring and accepting with that keytab fail with @p code and name it.
    void expect_everywhere(const std::string& keytab, ErrorCode code) const {
        const Bytes token = first_token(library(), "host@localhost").value();
        with_environment({{"KRB5_KTNAME", keytab}}, [&] { expect_here(keytab, code, token); });
    }

    void expect_here(const std::string& keytab, ErrorCode code, BytesView token) const {
        // MIT 1.20 leaks the name of an acceptor without a key, and entries of cut keytabs.
        expect_in_subprocess([&] {
            expect_failure(acquire_error(library(), CredentialUsage::accept), code,
                           {keytab, "gss_acquire_cred"});
            expect_failure(acquire_error(library(), CredentialUsage::accept, "host@localhost"),
                           code, {keytab, "gss_acquire_cred", "localhost"});
            expect_failure(accept_error(library(), token), code,
                           {keytab, "gss_accept_sec_context"});
        });
    }

    /// Only accepting fails: acquiring does not look for the particular key.
    void expect_on_accept(const std::string& keytab, const std::string& service,
                          ErrorCode code) const {
        const Bytes token = first_token(library(), service).value();
        with_environment({{"KRB5_KTNAME", keytab}}, [&] {
            expect_failure(accept_error(library(), token), code,
                           {keytab, "gss_accept_sec_context"});
        });
    }

    [[nodiscard]] static std::filesystem::path file(std::string_view name) {
        return scratch_folder("keytabs") / name;
    }
    [[nodiscard]] static std::string good_octets() { return read_octets(shared_realm().keytab()); }
};

TEST_P(Keytabs, missing) {
    expect_everywhere("FILE:" + file("nowhere").string(), ErrorCode::keytab_not_found);
}

TEST_P(Keytabs, folder_in_place_of_file) {
    std::filesystem::create_directories(file("folder"));
    expect_everywhere("FILE:" + file("folder").string(), ErrorCode::keytab_unreadable);
}

TEST_P(Keytabs, unreadable) {
    const Bytes token = first_token(library(), "host@localhost").value();
    const OpenFolder folder;
    const std::filesystem::path keytab = folder.path() / "keytab";
    write_octets(keytab, good_octets());
    std::filesystem::permissions(keytab, std::filesystem::perms::none);
    const std::string name = "FILE:" + keytab.string();
    with_environment({{"KRB5_KTNAME", name}, {"KRB5_CONFIG", folder.krb5_conf()}}, [&] {
        const OrdinaryUser user;
        expect_here(name, ErrorCode::keytab_unreadable, token);
    });
}

TEST_P(Keytabs, garbage) {
    write_octets(file("garbage"), "this is no keytab, whatever its name says\n");
    expect_everywhere("FILE:" + file("garbage").string(), ErrorCode::keytab_corrupt);
}

TEST_P(Keytabs, empty) {
    write_octets(file("empty"), "");
    expect_everywhere("FILE:" + file("empty").string(), ErrorCode::keytab_corrupt);
}

TEST_P(Keytabs, wrong_version) {
    std::string octets = good_octets();
    octets[1] = '\x07';
    write_octets(file("version"), octets);
    expect_everywhere("FILE:" + file("version").string(), ErrorCode::keytab_corrupt);
}

TEST_P(Keytabs, truncated_in_the_first_entry) {
    for (const std::size_t length : {1U, 4U, 8U, 20U, 40U}) {
        SCOPED_TRACE(length);
        write_octets(file("truncated"), good_octets().substr(0, length));
        expect_everywhere("FILE:" + file("truncated").string(), ErrorCode::keytab_corrupt);
    }
}

TEST_P(Keytabs, altered_in_every_octet) {
    const std::string octets = good_octets();
    const std::filesystem::path keytab = file("altered");
    const Bytes token = first_token(library(), "host@localhost").value();
    const Survival survival = in_subprocess([&] {
        setenv("KRB5_KTNAME", ("FILE:" + keytab.string()).c_str(), 1);
        setenv("KRB5RCACHENAME", "none:", 1);
        for (std::size_t at = 0; at < octets.size(); ++at) {
            for (const char mask : {'\x01', '\xff'}) {
                std::string altered = octets;
                altered[at] = static_cast<char>(altered[at] ^ mask);
                write_octets(keytab, altered);
                const auto acquired = acquire_error(library(), CredentialUsage::accept);
                const auto accepted = accept_error(library(), token);
                if ((acquired && acquired->messages().empty()) ||
                    (accepted && accepted->messages().empty())) {
                    return 2;
                }
            }
        }
        return 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0);
}

TEST_P(Keytabs, cut_at_every_length) {
    const std::string octets = good_octets();
    const std::filesystem::path keytab = file("cut");
    const Bytes token = first_token(library(), "host@localhost").value();
    const Survival survival = in_subprocess([&] {
        setenv("KRB5_KTNAME", ("FILE:" + keytab.string()).c_str(), 1);
        for (std::size_t length = 0; length < octets.size(); ++length) {
            write_octets(keytab, octets.substr(0, length));
            static_cast<void>(acquire_error(library(), CredentialUsage::accept));
            static_cast<void>(acquire_error(library(), CredentialUsage::accept, "host@localhost"));
            static_cast<void>(accept_error(library(), token));
        }
        return 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0);
}

TEST_P(Keytabs, without_entries) {
    write_keytab(file("no-entries"), {});
    expect_everywhere("FILE:" + file("no-entries").string(), ErrorCode::key_not_found);
}

TEST_P(Keytabs, without_the_key) {
    std::vector<KeytabEntry> others;
    for (const KeytabEntry& entry : read_keytab(shared_realm().keytab())) {
        if (entry.principal[1] != "host") {
            others.push_back(entry);
        }
    }
    ASSERT_FALSE(others.empty());
    write_keytab(file("others"), others);
    const std::string keytab = "FILE:" + file("others").string();
    with_environment({{"KRB5_KTNAME", keytab}}, [&] {
        expect_in_subprocess([&] {
            expect_failure(acquire_error(library(), CredentialUsage::accept, "host@localhost"),
                           ErrorCode::key_not_found, {keytab, "localhost"});
        });
    });
    expect_on_accept(keytab, "host@localhost", ErrorCode::key_not_found);
}

TEST_P(Keytabs, with_another_version) {
    const std::string service = "rekeyed-" + GetParam();
    const std::filesystem::path keytab = file(service + ".keytab");
    ASSERT_TRUE(shared_realm().add_service(service + "/localhost", keytab));
    ASSERT_TRUE(shared_realm().change_key(service + "/localhost"));
    expect_on_accept("FILE:" + keytab.string(), service + "@localhost", ErrorCode::key_not_found);
}

TEST_P(Keytabs, with_another_enctype) {
    std::vector<KeytabEntry> few = read_keytab(shared_realm().keytab());
    std::erase_if(few, [](const KeytabEntry& entry) {
        constexpr std::uint16_t aes128_sha1 = 17;
        return entry.enctype != aes128_sha1;
    });
    ASSERT_FALSE(few.empty());
    write_keytab(file("aes128"), few);
    expect_on_accept("FILE:" + file("aes128").string(), "host@localhost", ErrorCode::key_not_found);
}

TEST_P(Keytabs, with_a_key_that_does_not_fit) {
    std::vector<KeytabEntry> wrong = read_keytab(shared_realm().keytab());
    for (KeytabEntry& entry : wrong) {
        entry.key[0] = static_cast<char>(entry.key[0] ^ 1);
    }
    write_keytab(file("wrong-keys"), wrong);
    expect_on_accept("FILE:" + file("wrong-keys").string(), "host@localhost",
                     ErrorCode::decrypt_failed);
}

TEST_P(Keytabs, unknown_type) {
    expect_everywhere("NOSUCHTYPE:/nowhere", ErrorCode::keytab_unreadable);
}

INSTANTIATE_TEST_SUITE_P(, Keytabs, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
