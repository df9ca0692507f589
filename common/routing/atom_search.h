// AtomSearch finds every occurrence of thousands of literals ("atoms") in a text, in one pass whose length
// depends on the text alone: an Aho-Corasick automaton (A. Aho, M. Corasick, "Efficient string matching",
// 1975).
//
// Its states lie in a double array (J. Aoe, 1989): a step reads one cell of 16 bytes, so that 10,000 atoms
// fit into the second-level cache, which decides the speed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace otoroshi {

// Immutable once built, so any thread may search. Bytes are compared as they are: whoever wants letter case
// not to matter gives atoms and texts in lower case.
class AtomSearch {
 public:
  // An atom's position in the vector is what a search reports. Atoms are not empty; of equal ones only one is
  // found.
  explicit AtomSearch(const std::vector<std::string>& atoms);

  // Calls found(position of the atom) for every occurrence of every atom in `text`.
  template <class Found>
  void for_each_occurrence(std::string_view text, Found&& found) const {
    State state = root;
    for (unsigned char byte : text) {
      state = advance(state, byte);
      for (State end = cells_[state].output; end != none; end = cells_[cells_[end].fallback].output)
        found(atom_of_[end]);
    }
  }

  // Calls found(position of the atom) for every atom that `text`, a range of bytes, begins with.
  template <class Text, class Found>
  void for_each_prefix(const Text& text, Found&& found) const {
    State state = root;
    for (unsigned char byte : text) {
      state = child(state, byte);
      if (state == none) return;
      if (atom_of_[state] != none) found(atom_of_[state]);
    }
  }

 private:
  class Builder;

  using State = std::uint32_t;  // a state is the index of its cell
  static constexpr State root = 0;
  static constexpr std::uint32_t none = ~0u;

  struct Cell {
    // The child by byte b is in cell base + b, if that cell names this state its parent.
    std::uint32_t base = 0;
    State parent = none;    // none: the cell is free (or the root)
    State fallback = root;  // the state of the longest proper suffix that is the beginning of an atom
    State output = none;    // the nearest state, from this one along the fallbacks, at which an atom ends
  };

  State child(State state, unsigned char byte) const {
    State child = cells_[state].base + byte;
    return cells_[child].parent == state ? child : none;
  }

  State advance(State state, unsigned char byte) const {
    while (true) {
      if (State next = child(state, byte); next != none) return next;
      if (state == root) return root;
      state = cells_[state].fallback;
    }
  }

  std::vector<Cell> cells_;             // base + 255 is always inside
  std::vector<std::uint32_t> atom_of_;  // by state: the atom that ends there, or none
};

}  // namespace otoroshi
