// SPDX-License-Identifier: Apache-2.0
#include "service_ticket.h"

#include <dlfcn.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace gss::test {

namespace {

using Status = std::int32_t;

struct Data { // krb5_data
    std::int32_t magic = 0;
    unsigned length = 0;
    char* data = nullptr;
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
    void* authdata = nullptr;
};

struct SealedPart { // krb5_enc_tkt_part, as far as it is read
    std::int32_t magic = 0;
    std::uint32_t flags = 0;
    void* session = nullptr;
    void* client = nullptr;
    struct {
        std::int32_t magic = 0;
        unsigned char type = 0;
        Data contents;
    } transited;
};

struct Ticket { // krb5_ticket
    std::int32_t magic = 0;
    void* server = nullptr;
    struct {
        std::int32_t magic = 0;
        std::int32_t enctype = 0;
        std::uint32_t version = 0;
        Data ciphertext;
    } sealed;
    SealedPart* part = nullptr;
};

struct KeytabEntry { // krb5_keytab_entry; room for it is enough
    std::array<std::byte, 256> octets{};
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

    [[nodiscard]] SealedTicket open(const std::string& ccache, const std::string& keytab,
                                    const std::string& service) const {
        void* cache = nullptr;
        void* keys = nullptr;
        Credentials wanted;
        checked<const char*, void**>("krb5_cc_resolve", ccache.c_str(), &cache);
        checked<const char*, void**>("krb5_kt_resolve", keytab.c_str(), &keys);
        checked<void*, void**>("krb5_cc_get_principal", cache, &wanted.client);
        checked<const char*, void**>("krb5_parse_name", service.c_str(), &wanted.server);
        Credentials found;
        checked<void*, std::uint32_t, Credentials*, Credentials*>("krb5_cc_retrieve_cred", cache, 0,
                                                                  &wanted, &found);
        Ticket* ticket = nullptr;
        check(function<Status(const Data*, Ticket**)>("krb5_decode_ticket")(&found.ticket, &ticket),
              "krb5_decode_ticket");
        checked<void*, Ticket*>("krb5_server_decrypt_ticket_keytab", keys, ticket);
        SealedTicket sealed;
        char* client = nullptr;
        checked<void*, char**>("krb5_unparse_name", ticket->part->client, &client);
        sealed.client = client;
        sealed.transited_checked = (ticket->part->flags & 0x00080000U) != 0;
        const Data& transited = ticket->part->transited.contents;
        sealed.transited.assign(transited.data == nullptr ? "" : transited.data, transited.length);
        call<void, char*>("krb5_free_unparsed_name", client);
        call<void, Ticket*>("krb5_free_ticket", ticket);
        call<void, Credentials*>("krb5_free_cred_contents", &found);
        call<void, void*>("krb5_free_principal", wanted.client);
        call<void, void*>("krb5_free_principal", wanted.server);
        static_cast<void>(call<Status, void*>("krb5_kt_close", keys));
        static_cast<void>(call<Status, void*>("krb5_cc_close", cache));
        return sealed;
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

SealedTicket open_ticket(const std::string& ccache, const std::string& keytab,
                         const std::string& service) {
    return Krb5().open(ccache, keytab, service);
}

} // namespace gss::test
