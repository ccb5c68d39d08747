// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/mapping.h"
#include "store/records.h"
#include "store/store.h"

// Typed access to a Reader or Transaction:
//
//   FLAGSTREAM_ASSIGN(auto feature, Get<Feature>(tx, id));              // optional<Feature>
//   FLAGSTREAM_ASSIGN(auto states, Find(tx, Select<FeatureState>()
//                                            .Where(&FeatureState::environment_id, environment)
//                                            .WhereNull(&FeatureState::identity_id)));
namespace flagstream::store {

// Builds a Query over the members of Record.
template <class Record>
class Select {
 public:
  template <class Member, class Wanted>
  Select& Where(Member Record::* member, const Wanted& value) & {
    return Add(member, Match::kEqual, {ToValue(Member(value))});
  }
  template <class Member, class Wanted>
  Select&& Where(Member Record::* member, const Wanted& value) && {
    return std::move(Where(member, value));
  }
  template <class Member>
  Select&& WhereNull(Member Record::* member) && {
    return std::move(Add(member, Match::kEqual, {Value()}));
  }
  template <class Member>
  Select&& WhereNotNull(Member Record::* member) && {
    return std::move(Add(member, Match::kNotNull, {}));
  }
  template <class Member, class Wanted>
  Select&& WhereIn(Member Record::* member, const std::vector<Wanted>& wanted) && {
    std::vector<Value> values;
    values.reserve(wanted.size());
    for (const Wanted& one : wanted) values.push_back(ToValue(Member(one)));
    return std::move(Add(member, Match::kIn, std::move(values)));
  }
  template <class Member, class Wanted>
  Select&& WhereGreater(Member Record::* member, const Wanted& bound) && {
    return std::move(Add(member, Match::kGreater, {ToValue(Member(bound))}));
  }
  template <class Member, class Wanted>
  Select&& WhereLess(Member Record::* member, const Wanted& bound) && {
    return std::move(Add(member, Match::kLess, {ToValue(Member(bound))}));
  }
  template <class Member>
  Select&& WhereContains(Member Record::* member, std::string text) && {
    return std::move(Add(member, Match::kContainsText, {Value(std::move(text))}));
  }
  template <class Member>
  Select&& OrderBy(Member Record::* member, bool descending = false) && {
    query_.order.push_back({ColumnOf<Record>(member), descending});
    return std::move(*this);
  }
  Select&& Limit(int64_t limit, int64_t offset = 0) && {
    query_.limit = limit;
    query_.offset = offset;
    return std::move(*this);
  }

  const Query& query() const { return query_; }

 private:
  template <class Member>
  Select& Add(Member Record::* member, Match match, std::vector<Value> values) {
    query_.conditions.push_back({ColumnOf<Record>(member), match, std::move(values)});
    return *this;
  }

  Query query_;
};

template <class Record>
Result<std::vector<Record>> Find(Reader& reader, const Select<Record>& select) {
  FLAGSTREAM_ASSIGN(const std::vector<Row> rows, reader.Find(TableOf<Record>(), select.query()));
  std::vector<Record> records;
  records.reserve(rows.size());
  for (const Row& row : rows) {
    FLAGSTREAM_ASSIGN(Record record, FromRow<Record>(row));
    records.push_back(std::move(record));
  }
  return records;
}

// Those whose `member` is one of `ids`, which may be any number. In no order across ids.
template <class Record>
Result<std::vector<Record>> FindByIds(Reader& reader, int64_t Record::* member,
                                      const std::vector<int64_t>& ids) {
  std::vector<Record> found;
  for (size_t from = 0; from < ids.size(); from += kConditionValuesMax) {
    const size_t count = std::min(ids.size() - from, kConditionValuesMax);
    const auto first = ids.begin() + static_cast<ptrdiff_t>(from);
    const std::vector<int64_t> some(first, first + static_cast<ptrdiff_t>(count));
    FLAGSTREAM_ASSIGN(std::vector<Record> part,
                      Find(reader, Select<Record>().WhereIn(member, some)));
    std::move(part.begin(), part.end(), std::back_inserter(found));
  }
  return found;
}

// Only some members of each record: cheaper where rows are wide or many.
template <class Record, class... Members>
Result<std::vector<std::tuple<Members...>>> FindMembers(Reader& reader,
                                                        const Select<Record>& select,
                                                        Members Record::*... members) {
  Query query = select.query();
  query.columns = {ColumnOf<Record>(members)...};
  FLAGSTREAM_ASSIGN(const std::vector<Row> rows, reader.Find(TableOf<Record>(), query));
  std::vector<std::tuple<Members...>> found;
  found.reserve(rows.size());
  for (const Row& row : rows) {
    FLAGSTREAM_ASSIGN(auto one, MembersFromRow<Members...>(row, TableOf<Record>().name));
    found.push_back(std::move(one));
  }
  return found;
}

// The first that matches, if any.
template <class Record>
Result<std::optional<Record>> FindOne(Reader& reader, Select<Record> select) {
  FLAGSTREAM_ASSIGN(std::vector<Record> records, Find(reader, std::move(select).Limit(1)));
  if (records.empty()) return std::optional<Record>();
  return std::optional<Record>(std::move(records.front()));
}

template <class Record>
Result<std::optional<Record>> Get(Reader& reader, int64_t id) {
  return FindOne(reader, Select<Record>().Where(&Record::id, id));
}

template <class Record>
Result<int64_t> Count(Reader& reader, const Select<Record>& select) {
  return reader.Count(TableOf<Record>(), select.query());
}

// Stores a new record and sets its id.
template <class Record>
Result<void> Insert(Transaction& tx, Record& record) {
  FLAGSTREAM_ASSIGN(record.id, tx.Insert(TableOf<Record>(), ToRow(record)));
  return {};
}

template <class Record>
Result<void> Update(Transaction& tx, const Record& record) {
  return tx.Update(TableOf<Record>(), ToRow(record));
}

// Returns how many went.
template <class Record>
Result<int64_t> Delete(Transaction& tx, const Select<Record>& select) {
  return tx.Delete(TableOf<Record>(), select.query());
}

}  // namespace flagstream::store
