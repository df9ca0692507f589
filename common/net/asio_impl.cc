// Asio is compiled once, here (ASIO_SEPARATE_COMPILATION), instead of in every unit.
#include <asio/impl/src.hpp>
#include <asio/ssl/impl/src.hpp>
