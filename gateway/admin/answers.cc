#include "gateway/admin/answers.h"

namespace otoroshi::gateway {
namespace {

std::string in_one_line(const Problems& problems) {
  std::string text;
  for (const auto& [path, sentence] : problems) {
    if (!text.empty()) text += "; ";
    if (!path.empty()) text.append(path).append(": ");
    text += sentence;
  }
  return text;
}

}  // namespace

AdminResponse json_answer(int status, std::string json) {
  return {.status = status, .body = std::move(json), .headers = {}};
}

AdminResponse error_answer(int status, std::string_view error, std::string_view description) {
  JsonWriter json;
  json.begin_object().key("error").text(error);
  json.key("error_description").text(description).end_object();
  return json_answer(status, json.take());
}

void write_problems(const Problems& problems, JsonWriter& json) {
  json.begin_list();
  for (const auto& [path, sentence] : problems)
    json.begin_object().key("path").text(path).key("message").text(sentence).end_object();
  json.end_list();
}

AdminResponse problems_answer(int status, std::string_view error, const Problems& problems) {
  JsonWriter json;
  json.begin_object().key("error").text(error).key("error_description").text(in_one_line(problems));
  write_problems(problems, json.key("problems"));
  json.end_object();
  return json_answer(status, json.take());
}

}  // namespace otoroshi::gateway
