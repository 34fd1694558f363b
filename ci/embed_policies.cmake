# Writes the texts of policies/PACK/POLICY.lua as a C file: cmake -DROOT=... -DOUT=... -P this
file(GLOB files RELATIVE ${ROOT} ${ROOT}/policies/*/*.lua)
list(SORT files)
set(arrays "")
set(rows "")
set(number 0)
foreach(file ${files})
  file(READ ${ROOT}/${file} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" lines "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${lines}")
  string(REGEX REPLACE "^policies/([^/]+)/([^/]+)\\.lua$" "\\1/\\2" id "${file}")
  string(REGEX REPLACE "/.*" "" pack "${id}")
  string(APPEND arrays "static const unsigned char text_${number}[] = {\n${bytes}};\n\n")
  string(APPEND rows "    {\"${pack}\", \"${id}\", \"${file}\", text_${number}, sizeof text_${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
if(number EQUAL 0)
  message(FATAL_ERROR "no policies below ${ROOT}/policies")
endif()
file(WRITE ${OUT}.new "/* Made from policies/ by ci/embed_policies.cmake. */
#include \"engine/audit/builtin.h\"

${arrays}const aud_builtin_policy aud_builtin_policies[] = {
${rows}};
const size_t aud_num_builtin_policies = ${number};
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
