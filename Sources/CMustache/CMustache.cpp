#include "CMustache.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <kainjow/mustache.hpp>
#include <new>
#include <string>
#include <unordered_set>
#include <utility>

namespace mustache = kainjow::mustache;

struct flow_mustache_data {
    mustache::data value;
};

namespace {

flow_mustache_data *make(mustache::data value) { return new (std::nothrow) flow_mustache_data{std::move(value)}; }

char *copy(const std::string &text) {
    char *bytes = static_cast<char *>(std::malloc(text.size() + 1));
    if (bytes != nullptr) {
        std::memcpy(bytes, text.data(), text.size());
        bytes[text.size()] = 0;
    }
    return bytes;
}

/// Notes what a template asks for and doesn't get, which the library passes over in silence. It includes no partials:
/// the library would take them from the data, and data is never a template.
class StrictContext : public mustache::context<std::string> {
public:
    StrictContext(const mustache::data *root, std::unordered_set<std::string> sections)
        : mustache::context<std::string>(root), sections_(std::move(sections)) {}

    const mustache::data *get(const std::string &name) const override {
        const mustache::data *found = mustache::context<std::string>::get(name);
        if (sections_.count(name) != 0) return found;
        if (found == nullptr) {
            if (missing.empty()) missing = name;
        } else if (found->is_non_empty_list() || found->is_object()) {
            if (unprintable.empty()) unprintable = name;
        } else if (found->is_bool()) {
            // The library prints nothing for a bool.
            return found->is_true() ? &true_ : &false_;
        }
        return found;
    }

    const mustache::data *get_partial(const std::string &) const override { return nullptr; }

    mutable std::string missing;
    mutable std::string unprintable;

private:
    std::unordered_set<std::string> sections_;
    mustache::data true_{"true"};
    mustache::data false_{"false"};
};

std::unordered_set<std::string> lines(const char *text) {
    std::unordered_set<std::string> set;
    for (const auto &line : mustache::split(std::string(text), '\n')) set.insert(line);
    return set;
}

} // namespace

extern "C" {

flow_mustache_data *flow_mustache_text(const unsigned char *bytes, size_t count) {
    return make(mustache::data(std::string(reinterpret_cast<const char *>(bytes), count)));
}

flow_mustache_data *flow_mustache_bool(bool value) { return make(mustache::data(value)); }

flow_mustache_data *flow_mustache_nothing(void) { return make(mustache::data(mustache::data::type::list)); }

flow_mustache_data *flow_mustache_list(void) { return make(mustache::data(mustache::data::type::list)); }

flow_mustache_data *flow_mustache_map(void) { return make(mustache::data(mustache::data::type::object)); }

void flow_mustache_append(flow_mustache_data *list, flow_mustache_data *item) {
    if (list != nullptr && item != nullptr) {
        // push_back would copy the item with all it holds.
        const_cast<mustache::list &>(list->value.list_value()).push_back(std::move(item->value));
    }
    delete item;
}

void flow_mustache_set(flow_mustache_data *map, const char *name, flow_mustache_data *item) {
    if (map != nullptr && item != nullptr) map->value[std::string(name)] = std::move(item->value);
    delete item;
}

void flow_mustache_free(flow_mustache_data *data) { delete data; }

flow_mustache_result flow_mustache_render(
    const char *source, const flow_mustache_data *data, bool escape_html, const char *sections) {
    flow_mustache_result result{};
    if (data == nullptr) {
        result.error = copy("there is no memory for its data");
        return result;
    }
    try {
        mustache::mustache view{std::string(source)};
        if (!escape_html) view.set_custom_escape([](const std::string &text) { return text; });
        StrictContext context{&data->value, lines(sections)};
        std::string text;
        if (view.is_valid()) text = view.render(context);
        if (!view.is_valid()) {
            result.error = copy(view.error_message());
        } else if (!context.missing.empty()) {
            result.missing = copy(context.missing);
        } else if (!context.unprintable.empty()) {
            result.unprintable = copy(context.unprintable);
        } else {
            result.text = copy(text);
            result.count = text.size();
        }
    } catch (const std::exception &error) {
        result.error = copy(error.what());
    }
    return result;
}

void flow_mustache_result_free(flow_mustache_result *result) {
    std::free(result->text);
    std::free(result->error);
    std::free(result->missing);
    std::free(result->unprintable);
    *result = flow_mustache_result{};
}
}
