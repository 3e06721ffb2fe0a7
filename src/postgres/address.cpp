#include "postgres/address.hpp"

#include <libpq-fe.h>

#include <memory>

namespace auscult::postgres {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

bool Address::is_meant(std::string_view text) {
  return text.starts_with("postgresql:") || text.starts_with("postgres:");
}

Result<Address> Address::parse(const std::string& text) {
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(text.c_str(), &why));
  // It quotes what it does not understand, which may be a part of the password.
  PQfreemem(why);
  if (!is_meant(text) || options == nullptr) {
    return fail(
        ErrorCode::invalid_argument,
        "the store's URL, which is not shown since it may have a password, is not understood: "
        "it has the form postgresql://USER@HOST:PORT/DATABASE, with signs in a password as "
        "%XX");
  }
  std::string user;
  std::string host;
  std::string port;
  std::string database;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "user") user = std::string(option->val) + "@";
    if (keyword == "host") host = option->val;
    if (keyword == "port") port = ":" + std::string(option->val);
    if (keyword == "dbname") database = "/" + std::string(option->val);
  }
  return Address(text, "postgresql://" + user + host + port + database);
}

std::string shown_store(const std::string& name) {
  if (!Address::is_meant(name)) return name;
  const Result<Address> address = Address::parse(name);
  return address ? address->shown() : "postgresql://...";
}

}  // namespace auscult::postgres
