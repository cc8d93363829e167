// SPDX-License-Identifier: Apache-2.0
// Channel bindings: equal ones pass, everything that differs is refused.
#include "conformance.h"

namespace gss::test {

namespace {

class Bindings : public OnPair {
protected:
    [[nodiscard]] static Result<ContextPair> bound(const std::optional<ChannelBindings>& initiator,
                                                   const std::optional<ChannelBindings>& acceptor) {
        EstablishOptions options;
        options.initiate.channel_bindings = initiator;
        options.accept.channel_bindings = acceptor;
        return try_establish(options);
    }
};

INSTANTIATE_TEST_SUITE_P(All, Bindings, testing::ValuesIn(all_pairs()), name_of_pair);

ChannelBindings of_data(std::string_view data) {
    return ChannelBindings::of_application_data(as_bytes(data));
}

Bytes octets(std::initializer_list<unsigned> values) {
    Bytes bytes;
    for (const unsigned value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

ChannelBindings of_addresses(AddressType type, const Bytes& initiator, const Bytes& acceptor) {
    ChannelBindings bindings;
    bindings.initiator_address_type = type;
    bindings.initiator_address = initiator;
    bindings.acceptor_address_type = type;
    bindings.acceptor_address = acceptor;
    return bindings;
}

TEST_P(Bindings, ThatAreEqualPass) {
    EXPECT_TRUE(succeeds(bound(of_data("tls-exporter:x"), of_data("tls-exporter:x"))));
}

TEST_P(Bindings, WithOtherDataAreRefused) {
    EXPECT_TRUE(fails_with(bound(of_data("tls-exporter:x"), of_data("tls-exporter:y")),
                           ErrorCode::bad_channel_bindings));
    EXPECT_TRUE(fails_with(bound(of_data("tls-exporter:x"), of_data("tls-exporter:x0")),
                           ErrorCode::bad_channel_bindings));
}

TEST_P(Bindings, WithANulInTheirDataAreComparedWhole) {
    const std::string first("a\0b", 3);
    const std::string second("a\0c", 3);
    EXPECT_TRUE(succeeds(bound(of_data(first), of_data(first))));
    EXPECT_TRUE(
        fails_with(bound(of_data(first), of_data(second)), ErrorCode::bad_channel_bindings));
}

TEST_P(Bindings, OfEveryAddressTypePassWhenEqual) {
    const Bytes from = octets({127, 0, 0, 1});
    const Bytes to = octets({127, 0, 0, 2});
    for (unsigned type = 0; type <= 21; ++type) {
        const ChannelBindings same = of_addresses(static_cast<AddressType>(type), from, to);
        EXPECT_TRUE(succeeds(bound(same, same))) << type;
    }
    const ChannelBindings null = of_addresses(AddressType::null, {}, {});
    EXPECT_TRUE(succeeds(bound(null, null)));
}

TEST_P(Bindings, OfOtherAddressesAreRefused) {
    const Bytes one = octets({127, 0, 0, 1});
    const Bytes two = octets({127, 0, 0, 2});
    for (const AddressType type :
         {AddressType::inet, AddressType::local, AddressType::x25, AddressType::dss}) {
        const ChannelBindings same = of_addresses(type, one, one);
        EXPECT_TRUE(
            fails_with(bound(same, of_addresses(type, one, two)), ErrorCode::bad_channel_bindings));
        EXPECT_TRUE(
            fails_with(bound(same, of_addresses(type, two, one)), ErrorCode::bad_channel_bindings));
    }
}

TEST_P(Bindings, OfOtherAddressTypesAreRefused) {
    const Bytes address = octets({127, 0, 0, 1});
    const ChannelBindings inet = of_addresses(AddressType::inet, address, address);
    const ChannelBindings local = of_addresses(AddressType::local, address, address);
    const ChannelBindings none = of_addresses(AddressType::unspecified, {}, {});
    EXPECT_TRUE(fails_with(bound(inet, local), ErrorCode::bad_channel_bindings));
    EXPECT_TRUE(fails_with(bound(inet, none), ErrorCode::bad_channel_bindings));
}

TEST_P(Bindings, OfOneSideAloneAreIgnored) {
    // RFC 4121 s4.1.1: an acceptor may ignore bindings; both let an initiator without any pass.
    for (const bool initiator_has : {false, true}) {
        const std::optional<ChannelBindings> some = of_data("x");
        const Result<ContextPair> result = initiator_has ? bound(some, {}) : bound({}, some);
        ASSERT_TRUE(succeeds(result));
        EXPECT_FALSE(result->acceptor.context.flags().contains(ContextFlag::channel_bound));
    }
}

TEST_P(Bindings, AreToldWhereTheLibraryHasTheFlag) {
    const Result<ContextPair> result = bound(of_data("x"), of_data("x"));
    ASSERT_TRUE(succeeds(result));
    // MIT 1.20 tells the acceptor, Heimdal 7.8 nobody.
    EXPECT_EQ(result->acceptor.context.flags().contains(ContextFlag::channel_bound), mit_accepts());
}

TEST_P(Bindings, CanBeRequiredOfTheInitiatorWhereTheyAreTold) {
    EstablishOptions options;
    options.accept.channel_bindings = of_data("x");
    options.accept.required |= ContextFlag::channel_bound;
    EXPECT_TRUE(fails_with(try_establish(options), ErrorCode::insufficient_protection));
    options.initiate.channel_bindings = of_data("x");
    const Result<ContextPair> both = try_establish(options);
    if (mit_accepts()) {
        EXPECT_TRUE(succeeds(both));
    } else {
        EXPECT_TRUE(fails_with(both, ErrorCode::insufficient_protection));
    }
}

TEST_P(Bindings, WorkThroughSpnego) {
    EstablishOptions options = with_mechanism(mechanism::spnego());
    options.initiate.channel_bindings = of_data("x");
    options.accept.channel_bindings = of_data("x");
    EXPECT_TRUE(succeeds(try_establish(options)));
    options.accept.channel_bindings = of_data("y");
    EXPECT_TRUE(fails_with(try_establish(options), ErrorCode::bad_channel_bindings));
}

} // namespace

} // namespace gss::test
