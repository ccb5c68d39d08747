// SPDX-License-Identifier: Apache-2.0
#include "flags/context_document.h"

#include <algorithm>
#include <utility>

#include "flags/rule_type.h"

namespace flagstream::flags {
namespace {

ContextNode Leaf(Scalar value) { return {value}; }
ContextNode Text(std::string_view text) { return Leaf(Scalar(text)); }

template <class List, class Make>
ContextNode ArrayOf(const List& list, Make make) {
  ContextNode::Array array;
  array.reserve(list.size());
  for (const auto& one : list) array.push_back(make(one));
  return {std::move(array)};
}

// Objects by name, as SDKs write the maps of features and segments.
template <class List, class Name, class Make>
ContextNode MapOf(const List& list, Name name, Make make) {
  ContextNode::Object object;
  object.reserve(list.size());
  for (const auto& one : list) object.push_back({name(one), make(one)});
  return {std::move(object)};
}

ContextNode NodeOf(const Condition& condition) {
  return {ContextNode::Object{{"property", Text(condition.property)},
                              {"operator", Text(condition.operator_name)},
                              {"value", Text(condition.value ? *condition.value : "")}}};
}

// As deep as the rules, whose depth is bounded where they are read.
ContextNode NodeOf(const SegmentRule& rule) {
  return {ContextNode::Object{
      {"type", Text(RuleTypeName(rule.type))},
      {"conditions", ArrayOf(rule.conditions, [](const Condition& one) { return NodeOf(one); })},
      {"rules", ArrayOf(rule.rules, [](const SegmentRule& one) { return NodeOf(one); })}}};
}

ContextNode NodeOf(const ContextVariant& variant) {
  ContextNode::Object object;
  if (variant.key) object.emplace_back("key", Text(*variant.key));
  object.emplace_back("value", Leaf(variant.value));
  object.emplace_back("weight", Leaf(variant.weight));
  object.emplace_back("priority", Leaf(variant.priority));
  return {std::move(object)};
}

ContextNode NodeOf(const ContextFeature& feature) {
  ContextNode::Object object = {{"key", Text(feature.key)},
                                {"name", Text(feature.name)},
                                {"enabled", Leaf(feature.enabled)},
                                {"value", Leaf(feature.value)}};
  if (!IsNull(feature.priority)) object.emplace_back("priority", Leaf(feature.priority));
  object.emplace_back(
      "variants", ArrayOf(feature.variants, [](const ContextVariant& one) { return NodeOf(one); }));
  return {std::move(object)};
}

ContextNode NodeOf(const ContextSegment& segment) {
  return {ContextNode::Object{
      {"key", Text(segment.key)},
      {"name", Text(segment.name)},
      {"rules", ArrayOf(segment.rules, [](const SegmentRule& one) { return NodeOf(one); })},
      {"overrides",
       ArrayOf(segment.overrides, [](const ContextFeature& one) { return NodeOf(one); })}}};
}

ContextNode::Object DocumentOf(const Context& context) {
  return {{"environment",
           {ContextNode::Object{{"key", Text(context.environment_key)},
                                {"name", Text(context.environment_name)}}}},
          {"identity", {ContextNode::Live::kIdentity}},
          {"segments", MapOf(
                           context.segments,
                           [](const ContextSegment& one) { return std::string_view(one.key); },
                           [](const ContextSegment& one) { return NodeOf(one); })},
          {"features", MapOf(
                           context.features, [](const ContextFeature& one) { return one.name; },
                           [](const ContextFeature& one) { return NodeOf(one); })}};
}

void SetLive(ContextNode::Object& root, std::string_view name, ContextNode::Live live) {
  const auto member = std::ranges::find(root, name, &ContextNode::Member::name);
  if (member == root.end()) {
    root.push_back({name, {live}});
  } else {
    member->node = {live};
  }
}

}  // namespace

ContextNode RootOf(const Context& context) {
  ContextNode::Object root = context.document ? *context.document : DocumentOf(context);
  SetLive(root, "identity", ContextNode::Live::kIdentity);
  SetLive(root, "flags", ContextNode::Live::kFlags);
  return {std::move(root)};
}

ContextNode NodeOf(const ContextIdentity& identity) {
  return {ContextNode::Object{
      {"identifier", Text(identity.identifier)},
      {"key", Text(identity.key)},
      {"traits", MapOf(
                     identity.traits, [](const ContextTrait& one) { return one.name; },
                     [](const ContextTrait& one) { return Leaf(one.value); })}}};
}

}  // namespace flagstream::flags
