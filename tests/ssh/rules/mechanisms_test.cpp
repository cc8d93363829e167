// SPDX-License-Identifier: Apache-2.0
// Which mechanisms SSH may use, the server's choice among those offered, and the client's check.
#include "octets.h"

#include <gssxx/mechanism.h>
#include <gssxx/ssh/mechanism_policy.h>

#include <gtest/gtest.h>

#include <string>

namespace gss::test {
namespace {

using namespace ssh;

const Oid negoex = oid("1.3.6.1.4.1.311.2.2.30");
const Oid gsi = oid("1.3.6.1.4.1.3536.1.1");

/// The elements as they stand in a message, and views of them.
class Offer {
public:
    explicit Offer(std::vector<Bytes> elements) : elements_(std::move(elements)) {
        for (const Bytes& element : elements_) {
            views_.emplace_back(element);
        }
    }
    [[nodiscard]] std::span<const BytesView> views() const { return views_; }

private:
    std::vector<Bytes> elements_;
    std::vector<BytesView> views_;
};

/// Mechanisms that nobody knows.
std::vector<Bytes> unknown(std::size_t count) {
    std::vector<Bytes> elements;
    for (std::size_t i = 0; i < count; ++i) {
        elements.push_back(oid("1.3.6.1.4.1.99999." + std::to_string(i)).to_der());
    }
    return elements;
}

std::optional<Oid> select(std::vector<Bytes> elements, const MechanismPolicy& policy = {}) {
    return select_mechanism(Offer(std::move(elements)).views(), policy);
}

TEST(Mechanisms, kerberos_alone_is_the_default) {
    EXPECT_EQ(allowed_mechanisms({}), OidSet{mechanism::krb5()});
    EXPECT_TRUE(allows({}, mechanism::krb5()));
    EXPECT_FALSE(allows({}, gsi));
}

TEST(Mechanisms, rfc_P04_no_policy_can_allow_spnego_ntlm_or_negoex) {
    const MechanismPolicy all{{mechanism::spnego(), mechanism::ntlm(), negoex, mechanism::ms_krb5(),
                               gsi, mechanism::krb5(), mechanism::iakerb()},
                              true};
    for (const Oid& mechanism :
         {mechanism::spnego(), mechanism::ntlm(), negoex, mechanism::ms_krb5()}) {
        EXPECT_TRUE(is_forbidden(mechanism)) << mechanism.to_string();
        EXPECT_FALSE(allows(all, mechanism)) << mechanism.to_string();
        EXPECT_FALSE(select({mechanism.to_der()}, all)) << mechanism.to_string();
        // The next one that may be used is taken instead.
        EXPECT_EQ(select({mechanism.to_der(), mechanism::krb5().to_der()}, all), mechanism::krb5());
    }
    const OidSet allowed = allowed_mechanisms(all);
    ASSERT_EQ(allowed.size(), 3U);
    EXPECT_EQ(allowed[0], gsi);
    EXPECT_EQ(allowed[1], mechanism::krb5());
    EXPECT_EQ(allowed[2], mechanism::iakerb());
}

TEST(Mechanisms, rfc_P04_iakerb_needs_its_name_and_the_policys_word) {
    const OidSet listed{mechanism::iakerb(), mechanism::krb5()};
    EXPECT_FALSE(is_forbidden(mechanism::iakerb()));
    EXPECT_FALSE(allows({listed, false}, mechanism::iakerb()));
    EXPECT_FALSE(allows({{mechanism::krb5()}, true}, mechanism::iakerb()));
    EXPECT_TRUE(allows({listed, true}, mechanism::iakerb()));
    const std::vector<Bytes> offered{mechanism::iakerb().to_der(), mechanism::krb5().to_der()};
    EXPECT_EQ(select(offered, {listed, false}), mechanism::krb5());
    EXPECT_EQ(select(offered, {listed, true}), mechanism::iakerb());
}

TEST(Mechanisms, rfc_U02_the_clients_order_decides) {
    const MechanismPolicy krb5_first{{mechanism::krb5(), gsi}};
    const MechanismPolicy gsi_first{{gsi, mechanism::krb5()}};
    for (const MechanismPolicy& policy : {krb5_first, gsi_first}) {
        EXPECT_EQ(select({gsi.to_der(), mechanism::krb5().to_der()}, policy), gsi);
        EXPECT_EQ(select({mechanism::krb5().to_der(), gsi.to_der()}, policy), mechanism::krb5());
    }
}

TEST(Mechanisms, rfc_U02_without_a_common_mechanism_there_is_none) {
    EXPECT_FALSE(select({}));
    EXPECT_FALSE(select({gsi.to_der()}));
    EXPECT_FALSE(select(unknown(64)));
    EXPECT_FALSE(select({mechanism::krb5().to_der()}, {OidSet{}}));
}

TEST(Mechanisms, rfc_U02_sec_A1_17_lists_of_2_to_64_are_read_whole) {
    for (std::size_t size = 2; size <= max_mechanisms; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::vector<Bytes> elements = unknown(size);
            elements[at] = mechanism::krb5().to_der();
            EXPECT_EQ(select(std::move(elements)), mechanism::krb5()) << at << " of " << size;
        }
    }
}

TEST(Mechanisms, sec_A1_17_an_element_offered_twice_is_one) {
    std::vector<Bytes> elements(64, mechanism::krb5().to_der());
    EXPECT_EQ(select(elements), mechanism::krb5());
    elements.assign(64, gsi.to_der());
    EXPECT_FALSE(select(elements));
}

TEST(Mechanisms, sec_A1_17_an_element_that_is_not_one_whole_oid_is_passed_over) {
    const Bytes krb5 = mechanism::krb5().to_der();
    std::vector<Bytes> damaged;
    for (std::size_t size = 0; size < krb5.size(); ++size) {
        damaged.emplace_back(krb5.begin(), krb5.begin() + static_cast<std::ptrdiff_t>(size));
    }
    damaged.push_back(joined({krb5, octets({0})}));
    damaged.push_back(joined({krb5, krb5}));
    damaged.push_back(joined({octets({0}), krb5}));
    damaged.push_back(exact(mechanism::krb5().content())); // draft versions left out tag and length
    damaged.push_back(joined({octets({0x06, 0x81, 0x09}), mechanism::krb5().content()}));
    damaged.push_back(joined({octets({0x26, 0x09}), mechanism::krb5().content()}));
    damaged.push_back(Bytes(70000, std::byte{0x06}));
    for (const Bytes& element : damaged) {
        EXPECT_FALSE(select({element})) << element.size() << " octets";
        EXPECT_EQ(select({element, krb5}), mechanism::krb5()) << element.size() << " octets";
    }
}

// RFC 4462 s3.2 has no limit; ours is part of the policy. Nothing of a longer list is looked at.
TEST(Mechanisms, sec_A1_16_longer_lists_have_no_mechanism_in_them) {
    for (const std::size_t count : {0U, 1U, 63U, 64U, 65U, 2048U, 65536U}) {
        std::vector<BytesView> views(count);
        const Bytes krb5 = mechanism::krb5().to_der();
        if (count != 0) {
            views.front() = krb5;
        }
        EXPECT_EQ(select_mechanism(views, {}).has_value(), count >= 1 && count <= max_mechanisms)
            << count;
    }
}

TEST(Mechanisms, rfc_U03_sec_A1_20_the_choice_must_be_one_that_was_sent) {
    const OidSet sent{mechanism::krb5(), gsi};
    EXPECT_EQ(check_selected(mechanism::krb5().to_der(), sent), mechanism::krb5());
    EXPECT_EQ(check_selected(gsi.to_der(), sent), gsi);
    EXPECT_FALSE(check_selected(mechanism::iakerb().to_der(), sent));
    EXPECT_FALSE(check_selected(mechanism::spnego().to_der(), sent));
    EXPECT_FALSE(check_selected(mechanism::krb5().to_der(), {}));
    EXPECT_FALSE(check_selected({}, {}));
}

TEST(Mechanisms, rfc_U03_sec_A1_20_the_choice_is_compared_octet_for_octet) {
    const OidSet sent{mechanism::krb5(), gsi};
    for (const Oid& mechanism : sent) {
        const Bytes element = mechanism.to_der();
        for (std::size_t size = 0; size < element.size(); ++size) {
            EXPECT_FALSE(check_selected(exact(BytesView(element).first(size)), sent)) << size;
        }
        for (std::size_t bit = 0; bit < element.size() * 8; ++bit) {
            Bytes other = element;
            other[bit / 8] ^= std::byte{1} << (bit % 8);
            EXPECT_FALSE(check_selected(other, sent)) << bit;
        }
        EXPECT_FALSE(check_selected(joined({element, octets({0})}), sent));
        EXPECT_FALSE(check_selected(joined({octets({0}), element}), sent));
        EXPECT_FALSE(check_selected(mechanism.content(), sent));
    }
    const Bytes long_form = joined({octets({0x06, 0x81, 0x09}), mechanism::krb5().content()});
    EXPECT_FALSE(check_selected(long_form, sent));
}

} // namespace
} // namespace gss::test
