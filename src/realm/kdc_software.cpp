// SPDX-License-Identifier: Apache-2.0
#include "kdc_software.h"

#include "fault.h"

namespace gss::inline v0::realm {

Result<void> run_tool(const ProgramCall& call, Expect expect) {
    auto result = run_program(call);
    if (!result) {
        return result.error();
    }
    if (result->status == 0 && (expect == Expect::status || result->errors.empty())) {
        return {};
    }
    auto text = result->errors.empty() ? result->output : result->errors;
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
        text.pop_back();
    }
    return fault(ErrorCode::failure, "run " + call.program.filename().string(), "",
                 text.empty() ? "it ended with status " + std::to_string(result->status) : text);
}

} // namespace gss::inline v0::realm
