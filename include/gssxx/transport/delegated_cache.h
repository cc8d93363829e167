// SPDX-License-Identifier: Apache-2.0
// The ticket cache of one session, with what a client has delegated.
#pragma once

#include <gssxx/credentials.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <string>

namespace gss::inline v0::transport {

/// A file with delegated credentials: a name of its own in a folder, mode 0600, owned by the
/// process; removed when the object goes. Move-only. Make one only for a peer who has logged in:
/// what ssh::Driver::take_peer() hands out.
class GSSXX_EXPORT DelegatedCache {
public:
    /// Stores @p credentials in a new file "krb5cc_<uid>_<random>" in @p folder. Blocks on files.
    /// Fails with ccache_unreadable when no file can be made there, else as
    /// Credentials::store_into; nothing is left behind then.
    [[nodiscard]] static Result<DelegatedCache> create(const Credentials& credentials,
                                                       const std::string& folder = "/tmp");
    DelegatedCache(DelegatedCache&& other) noexcept;
    DelegatedCache& operator=(DelegatedCache&& other) noexcept;
    DelegatedCache(const DelegatedCache&) = delete;
    DelegatedCache& operator=(const DelegatedCache&) = delete;
    ~DelegatedCache();

    /// Puts other credentials in the place of those that are there, at once: who reads the file
    /// sees the old ones or the new ones. The caller sees to it that they are the same principal's
    /// (ssh::Driver::take_renewed). On failure the old ones stay.
    [[nodiscard]] Result<void> renew(const Credentials& credentials);
    /// "FILE:/tmp/krb5cc_1000_Ab12Cd", for KRB5CCNAME.
    [[nodiscard]] std::string name() const { return "FILE:" + path_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// True while the file is there, belongs to this process' user, and nobody else may read it. A
    /// command may have removed it, and what is at path() then is somebody else's.
    [[nodiscard]] bool is_ours() const noexcept;
    /// Removes the file now. What somebody else has put in its place stays.
    void remove() noexcept;

private:
    explicit DelegatedCache(std::string path) noexcept;
    std::string path_;
};

} // namespace gss::inline v0::transport
