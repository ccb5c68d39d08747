// SPDX-License-Identifier: Apache-2.0
#include "flags/json_path.h"

#include <algorithm>

namespace flagstream::flags {
namespace {

class PathWalk {
 public:
  PathWalk(const JsonPath& path, LiveContext& live) : path_(path), live_(live) {}

  // True once the walk is over: the first node was found, or it has taken too long.
  bool Visit(const ContextNode& node, size_t step_index);
  const ContextNode* found() const { return found_; }

 private:
  bool Descend(const ContextNode& node, size_t step_index);
  bool Select(const ContextNode& node, size_t step_index);
  bool SelectName(const ContextNode& node, size_t step_index);
  bool SelectIndex(const ContextNode& node, size_t step_index);
  // Whether `enter` was true for a child, which ends the loop. Flags are not listed: they are
  // worked out only when they are asked for by name.
  template <class Enter>
  bool AnyChild(const ContextNode& node, Enter enter);
  const ContextNode* Resolve(const ContextNode& node);

  const JsonPath& path_;
  LiveContext& live_;
  size_t visits_ = 0;
  const ContextNode* found_ = nullptr;
};

bool PathWalk::Visit(const ContextNode& node, size_t step_index) {
  const ContextNode* resolved = Resolve(node);
  if (resolved == nullptr) return false;
  if (++visits_ > kPathVisitsMax) return true;
  if (step_index == path_.size()) {
    found_ = resolved;
    return true;
  }
  return path_[step_index].descends ? Descend(*resolved, step_index)
                                    : Select(*resolved, step_index);
}

// The identity is looked up here. Null: there is none.
const ContextNode* PathWalk::Resolve(const ContextNode& node) {
  const auto* live = std::get_if<ContextNode::Live>(&node.value);
  return live != nullptr && *live == ContextNode::Live::kIdentity ? live_.Identity() : &node;
}

// Each node comes before those below it.
bool PathWalk::Descend(const ContextNode& node, size_t step_index) {
  const ContextNode* resolved = Resolve(node);
  if (resolved == nullptr) return false;
  if (++visits_ > kPathVisitsMax) return true;
  if (Select(*resolved, step_index)) return true;
  return AnyChild(*resolved, [&](const ContextNode& child) { return Descend(child, step_index); });
}

bool PathWalk::Select(const ContextNode& node, size_t step_index) {
  switch (path_[step_index].kind) {
    case PathStep::Kind::kName:
      return SelectName(node, step_index);
    case PathStep::Kind::kIndex:
      return SelectIndex(node, step_index);
    case PathStep::Kind::kWildcard:
      break;
  }
  return AnyChild(node, [&](const ContextNode& child) { return Visit(child, step_index + 1); });
}

bool PathWalk::SelectName(const ContextNode& node, size_t step_index) {
  const std::string& name = path_[step_index].name;
  if (std::holds_alternative<ContextNode::Live>(node.value)) {
    const ContextNode* flag = live_.Flag(name);
    return flag != nullptr && Visit(*flag, step_index + 1);
  }
  const auto* object = std::get_if<ContextNode::Object>(&node.value);
  if (object == nullptr) return false;
  // Of equal names the last counts.
  const auto member = std::find_if(object->rbegin(), object->rend(),
                                   [&](const auto& one) { return one.name == name; });
  return member != object->rend() && Visit(member->node, step_index + 1);
}

bool PathWalk::SelectIndex(const ContextNode& node, size_t step_index) {
  const auto* array = std::get_if<ContextNode::Array>(&node.value);
  if (array == nullptr) return false;
  int64_t index = path_[step_index].index;
  const auto size = static_cast<int64_t>(array->size());
  if (index < 0) index += size;
  return index >= 0 && index < size && Visit((*array)[static_cast<size_t>(index)], step_index + 1);
}

template <class Enter>
bool PathWalk::AnyChild(const ContextNode& node, Enter enter) {
  if (const auto* array = std::get_if<ContextNode::Array>(&node.value)) {
    return std::ranges::any_of(*array, enter);
  }
  const auto* object = std::get_if<ContextNode::Object>(&node.value);
  if (object == nullptr) return false;
  return std::ranges::any_of(*object, [&](const auto& one) { return enter(one.node); });
}

}  // namespace

Scalar FindScalar(const ContextNode& root, const JsonPath& path, LiveContext& live) {
  PathWalk walk(path, live);
  walk.Visit(root, 0);
  if (walk.found() == nullptr) return {};
  const auto* scalar = std::get_if<Scalar>(&walk.found()->value);
  return scalar == nullptr ? Scalar() : *scalar;
}

}  // namespace flagstream::flags
