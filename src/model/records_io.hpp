#pragma once

#include <fmt/format.h>

#include <tuple>
#include <type_traits>
#include <vector>

#include "hdf5_reader.hpp"
#include "hdf5_writer.hpp"
#include "model_layout.hpp"
#include "reading.hpp"

/// Lists of records, stored as one dataset per field (see model_layout.hpp).
namespace hadal::layout {

template <class Record, class Columns>
void write_records(const hdf5::Writer& group, const Columns& columns,
                   const std::vector<Record>& records) {
  const auto write = [&]<class Value>(const Column<Record, Value>& column) {
    std::vector<std::conditional_t<std::is_integral_v<Value>, std::int64_t, double>> values;
    values.reserve(records.size());
    for (const Record& record : records) values.push_back(record.*column.field);
    group.array(column.name, values);
  };
  std::apply([&](const auto&... column) { (write(column), ...); }, columns);
}

template <class Record, class Columns>
std::vector<Record> read_records(const hdf5::Reader& group, const Columns& columns) {
  const auto values_of = [&]<class Value>(const Column<Record, Value>& column) {
    if constexpr (std::is_integral_v<Value>) {
      return group.integers(column.name);
    } else {
      return group.reals(column.name);
    }
  };
  std::vector<Record> records(values_of(std::get<0>(columns)).size());
  const auto read = [&]<class Value>(const Column<Record, Value>& column) {
    const auto values = values_of(column);
    if (values.size() != records.size())
      group.fail(column.name, fmt::format("holds {} values, expected {} like its neighbours",
                                          values.size(), records.size()));
    for (std::size_t i = 0; i < records.size(); ++i) {
      if constexpr (std::is_integral_v<Value>) {
        records[i].*column.field = hdf5::narrowed<Value>(group, column.name, values[i]);
      } else {
        records[i].*column.field = values[i];
      }
    }
  };
  std::apply([&](const auto&... column) { (read(column), ...); }, columns);
  return records;
}

}  // namespace hadal::layout
