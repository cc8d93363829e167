// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>

namespace gss::bench {

namespace {

std::string fixed(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

std::string figure(double value, const std::string& unit) {
    if (unit == "ns" && value >= 10'000) {
        return fixed(value / 1000, 1) + " us";
    }
    return fixed(value, 0) + " " + unit;
}

std::string direct_figure(const Row& row) {
    return row.direct == 0 ? "" : figure(row.direct, row.unit);
}

std::string ratio(const Row& row) {
    return row.direct == 0 ? fixed(row.ratio, 0) : fixed(row.ratio, 3);
}

std::string bound(const Row& row) {
    if (!row.bound) {
        return "";
    }
    return (row.better == Better::lower ? "<= " : ">= ") +
           fixed(*row.bound, row.direct == 0 ? 0 : 2);
}

} // namespace

void print_line(std::ostream& out, const Row& row) {
    const char* verdict = !row.bound ? "" : row.missed() ? "  MISSED" : "  ok";
    out << std::left << std::setw(34) << row.name << std::right << std::setw(17)
        << figure(row.ours, row.unit) << std::setw(17) << direct_figure(row) << std::setw(9)
        << ratio(row) << std::setw(9) << bound(row) << verdict << std::endl;
}

void print_markdown(std::ostream& out, const std::vector<Row>& rows) {
    out << "| | gssxx | C calls, or the other | ratio | bound |\n|---|--:|--:|--:|--:|\n";
    for (const Row& row : rows) {
        out << "| " << row.name << " | " << figure(row.ours, row.unit) << " | "
            << direct_figure(row) << " | " << ratio(row) << " | " << bound(row) << " |\n";
    }
}

void print_json(std::ostream& out, const std::vector<Row>& rows) {
    out << std::setprecision(9) << "[";
    const char* separator = "\n";
    for (const Row& row : rows) { // names and units are ours: nothing in them needs escaping
        out << separator << R"(  {"name": ")" << row.name << R"(", "unit": ")" << row.unit
            << R"(", "ours": )" << row.ours << R"(, "direct": )" << row.direct << R"(, "ratio": )"
            << row.ratio << R"(, "bound": )";
        row.bound ? out << *row.bound : out << "null";
        out << R"(, "better": ")" << (row.better == Better::lower ? "lower" : "higher") << "\"}";
        separator = ",\n";
    }
    out << "\n]\n";
}

} // namespace gss::bench
