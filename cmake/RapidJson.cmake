# Debian's RapidJSON has an assignment operator (document.h, GenericStringRef) that writes to a const member; nobody
# calls it, GCC never instantiates it, clang 19 rejects it all the same. And its stack (internal/stack.h) finds out by
# adding to a null pointer that it is empty, which is undefined; later versions subtract. The headers are copied into
# the build folder with that operator deleted and with the subtraction, and the copy comes first. Each configuring does
# it again, so that no folder keeps an older copy; what is the same is not written, and nothing is compiled for it.
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/document.h REQUIRED)
set(rapidjson_copy "${CMAKE_BINARY_DIR}/rapidjson-patched")
file(COPY "${RAPIDJSON_INCLUDE_DIR}/rapidjson" DESTINATION "${rapidjson_copy}"
     PATTERN document.h EXCLUDE PATTERN stack.h EXCLUDE)
file(READ "${RAPIDJSON_INCLUDE_DIR}/rapidjson/document.h" text)
string(REPLACE "GenericStringRef& operator=(const GenericStringRef& rhs) { s = rhs.s; length = rhs.length; }"
               "GenericStringRef& operator=(const GenericStringRef& rhs) = delete;" text "${text}")
file(CONFIGURE OUTPUT "${rapidjson_copy}/rapidjson/document.h" CONTENT "${text}" @ONLY)
file(READ "${RAPIDJSON_INCLUDE_DIR}/rapidjson/internal/stack.h" text)
string(REPLACE "stackTop_ + sizeof(T) * count > stackEnd_"
               "sizeof(T) * count > static_cast<size_t>(stackEnd_ - stackTop_)" text "${text}")
string(REPLACE "stackTop_ + sizeof(T) * count <= stackEnd_"
               "sizeof(T) * count <= static_cast<size_t>(stackEnd_ - stackTop_)" text "${text}")
file(CONFIGURE OUTPUT "${rapidjson_copy}/rapidjson/internal/stack.h" CONTENT "${text}" @ONLY)
add_library(rapidjson INTERFACE)
target_include_directories(rapidjson SYSTEM INTERFACE "${rapidjson_copy}")
# SIZETYPE stays the default; parse flags are chosen per call (json/parse.cc).
target_compile_definitions(rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)
