#include "common/routing/atom_search.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>

namespace otoroshi {

// Places the states level by level, so that a state's fallback, which is nearer to the root, stands before it
// is needed.
class AtomSearch::Builder {
 public:
  Builder(AtomSearch& search, const std::vector<std::string>& atoms)
      : cells_(search.cells_),
        atom_of_(search.atom_of_),
        search_(search),
        atoms_(atoms),
        sorted_(atoms.size()) {
    std::iota(sorted_.begin(), sorted_.end(), 0u);
    std::ranges::sort(sorted_, {}, [&](std::uint32_t atom) -> const std::string& { return atoms_[atom]; });
    make_room_for(first_cell);
  }

  void build() {
    std::vector<Node> level{{root, 0, sorted_.size()}};
    for (std::size_t depth = 0; !level.empty(); ++depth) {
      std::vector<Node> next_level;
      for (auto node : level) place_children(node, depth, next_level);
      level = std::move(next_level);
    }
    cells_.resize(end_of_taken_ + byte_values);
    cells_.shrink_to_fit();
    atom_of_.resize(cells_.size());
    atom_of_.shrink_to_fit();
  }

 private:
  static constexpr std::size_t byte_values = 256;
  // The cells before stay free: so a state without children, of base 0, needs no mark, and first_free_ fits
  // any byte.
  static constexpr State first_cell = byte_values;

  // A state and the atoms, a range of sorted_, that begin with its text.
  struct Node {
    State state;
    std::size_t first, last;
  };

  unsigned char byte_at(std::size_t place, std::size_t depth) const {
    return static_cast<unsigned char>(atoms_[sorted_[place]][depth]);
  }

  void place_children(Node node, std::size_t depth, std::vector<Node>& next_level) {
    while (node.first < node.last && atoms_[sorted_[node.first]].size() == depth) ++node.first;
    if (node.first == node.last) return;

    auto first_child = next_level.size();
    for (auto place = node.first; place < node.last;) {
      auto begin = place;
      while (place < node.last && byte_at(place, depth) == byte_at(begin, depth)) ++place;
      next_level.push_back({none, begin, place});
    }
    std::span<Node> children(next_level.begin() + static_cast<std::ptrdiff_t>(first_child), next_level.end());

    auto base = find_base(children, depth);
    cells_[node.state].base = base;
    for (auto& child : children) {
      child.state = base + byte_at(child.first, depth);
      cells_[child.state].parent = node.state;
      end_of_taken_ = std::max(end_of_taken_, child.state + 1);
    }
    for (const auto& child : children) finish(child, node.state, depth);
  }

  // Sets what a state needs to know of others. All states nearer to the root, and its siblings, are placed.
  void finish(const Node& node, State parent, std::size_t depth) {
    auto& cell = cells_[node.state];
    if (parent != root) cell.fallback = search_.advance(cells_[parent].fallback, byte_at(node.first, depth));
    cell.output = cells_[cell.fallback].output;
    if (auto atom = sorted_[node.first]; atoms_[atom].size() == depth + 1) {
      atom_of_[node.state] = atom;
      cell.output = node.state;
    }
  }

  // A base at which the cells of all children are free. First fit, but not for long: the many states with a
  // single child fill the holes that this leaves.
  std::uint32_t find_base(std::span<const Node> children, std::size_t depth) {
    constexpr int longest_search = 256;
    while (is_taken(first_free_)) make_room_for(++first_free_);
    std::uint32_t lowest = byte_at(children.front().first, depth);
    auto position = first_free_;
    for (int tries = 0; tries < longest_search && !fits(position - lowest, children, depth); ++tries)
      make_room_for(++position);
    if (!fits(position - lowest, children, depth))
      make_room_for(position = std::max(position, end_of_taken_));
    return position - lowest;
  }

  bool fits(std::uint32_t base, std::span<const Node> children, std::size_t depth) const {
    return std::ranges::none_of(
        children, [&](const Node& child) { return is_taken(base + byte_at(child.first, depth)); });
  }

  bool is_taken(State state) const { return cells_[state].parent != none; }

  void make_room_for(State state) {
    if (cells_.size() >= state + byte_values) return;
    cells_.resize((state + byte_values) * 2);
    atom_of_.resize(cells_.size(), none);
  }

  std::vector<Cell>& cells_;
  std::vector<std::uint32_t>& atom_of_;
  const AtomSearch& search_;
  const std::vector<std::string>& atoms_;
  std::vector<std::uint32_t> sorted_;  // atoms by text: those that begin alike stand together
  State first_free_ = first_cell;      // all from first_cell up to here are taken
  State end_of_taken_ = first_cell;
};

AtomSearch::AtomSearch(const std::vector<std::string>& atoms) {
  Builder(*this, atoms).build();
}

}  // namespace otoroshi
