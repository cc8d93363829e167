// SPDX-License-Identifier: Apache-2.0
#include "lying_client.h"

#include <gssxx/mechanism.h>
#include <gssxx/token.h>

#include <dlfcn.h>

#include <array>
#include <stdexcept>

namespace gss::test {

namespace {

using Status = std::int32_t;

struct Data { // krb5_data
    std::int32_t magic = 0;
    unsigned length = 0;
    char* data = nullptr;
};

struct Claim { // krb5_authdata
    std::int32_t magic = 0;
    std::int32_t type = 0;
    unsigned length = 0;
    char* contents = nullptr;
};

struct Credentials { // krb5_creds
    std::int32_t magic = 0;
    void* client = nullptr;
    void* server = nullptr;
    struct {
        std::int32_t magic = 0;
        std::int32_t enctype = 0;
        unsigned length = 0;
        unsigned char* contents = nullptr;
    } key;
    std::array<std::int32_t, 4> times{};
    unsigned is_skey = 0;
    std::int32_t flags = 0;
    void* addresses = nullptr;
    Data ticket;
    Data second_ticket;
    Claim** authdata = nullptr;
};

class Krb5 {
public:
    Krb5() : library_(dlopen("libkrb5.so.3", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
        if (library_ == nullptr) {
            throw std::runtime_error(dlerror());
        }
        check(function<Status(void**)>("krb5_init_context")(&context_), "krb5_init_context");
    }
    ~Krb5() {
        function<void(void*)>("krb5_free_context")(context_);
        dlclose(library_);
    }
    Krb5(const Krb5&) = delete;
    Krb5& operator=(const Krb5&) = delete;

    [[nodiscard]] Bytes request(const std::string& ccache, const std::string& service,
                                Claim claim) const {
        void* cache = nullptr;
        Credentials wanted;
        Credentials found;
        checked<const char*, void**>("krb5_cc_resolve", ccache.c_str(), &cache);
        checked<void*, void**>("krb5_cc_get_principal", cache, &wanted.client);
        checked<const char*, void**>("krb5_parse_name", service.c_str(), &wanted.server);
        checked<void*, std::uint32_t, Credentials*, Credentials*>("krb5_cc_retrieve_cred", cache, 0,
                                                                  &wanted, &found);
        std::array<Claim*, 2> claims{&claim, nullptr};
        Claim** const before = found.authdata;
        found.authdata = claims.data();
        void* connection = nullptr;
        constexpr std::int32_t with_sequence = 4; // KRB5_AUTH_CONTEXT_DO_SEQUENCE
        constexpr std::uint16_t gss_checksum = 0x8003;
        checked<void**>("krb5_auth_con_init", &connection);
        checked<void*, std::int32_t>("krb5_auth_con_setflags", connection, with_sequence);
        checked<void*, std::uint16_t>("krb5_auth_con_set_req_cksumtype", connection, gss_checksum);
        // RFC 4121 s4.1.1: 16 octets of no bindings behind their count, then the flags.
        std::array<char, 24> checksum{16};
        checksum[20] = 0x30; // integrity and confidentiality
        Data content{0, checksum.size(), checksum.data()};
        Data made;
        checked<void**, std::int32_t, Data*, Credentials*, Data*>(
            "krb5_mk_req_extended", &connection, 0, &content, &found, &made);
        Bytes octets;
        const BytesView view = std::as_bytes(std::span(made.data, made.length));
        octets.assign(view.begin(), view.end());
        found.authdata = before;
        call<void, Data*>("krb5_free_data_contents", &made);
        call<void, Credentials*>("krb5_free_cred_contents", &found);
        call<void, void*>("krb5_free_principal", wanted.client);
        call<void, void*>("krb5_free_principal", wanted.server);
        static_cast<void>(call<Status, void*>("krb5_auth_con_free", connection));
        static_cast<void>(call<Status, void*>("krb5_cc_close", cache));
        return octets;
    }

private:
    template <typename Signature>
    [[nodiscard]] Signature* function(const char* name) const {
        void* found = dlsym(library_, name);
        if (found == nullptr) {
            throw std::runtime_error(name);
        }
        return reinterpret_cast<Signature*>(found);
    }
    template <typename Yield, typename... Arguments>
    Yield call(const char* name, Arguments... arguments) const {
        return function<Yield(void*, Arguments...)>(name)(context_, arguments...);
    }
    template <typename... Arguments>
    void checked(const char* name, Arguments... arguments) const {
        check(call<Status, Arguments...>(name, arguments...), name);
    }
    static void check(Status status, const char* name) {
        if (status != 0) {
            throw std::runtime_error(std::string(name) + " says " + std::to_string(status));
        }
    }

    void* library_ = nullptr;
    void* context_ = nullptr;
};

} // namespace

Bytes token_with_claim(const std::string& ccache, const std::string& service, std::int32_t type,
                       const std::string& claim) {
    std::string copy = claim;
    const Bytes request = Krb5().request(
        ccache, service, Claim{0, type, static_cast<unsigned>(copy.size()), copy.data()});
    Bytes inner{std::byte{1}, std::byte{0}}; // RFC 4121 s4.1: KRB_AP_REQ
    inner.insert(inner.end(), request.begin(), request.end());
    return encapsulate_token(mechanism::krb5(), inner).value();
}

} // namespace gss::test
