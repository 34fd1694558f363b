# Writes the files that 'certaudit init' hands out as a C file: cmake -DROOT=... -DOUT=... -P this
set(files certaudit.yaml github/certaudit.yml gitlab/certaudit.yml jenkins/Jenkinsfile
  azure/certaudit.yml)
set(arrays "")
set(rows "")
set(number 0)
foreach(file ${files})
  file(READ ${ROOT}/ci/users/${file} hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" lines "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${lines}")
  string(APPEND arrays "static const unsigned char text_${number}[] = {\n${bytes}};\n\n")
  string(APPEND rows "    {\"${file}\", text_${number}, sizeof text_${number}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUT}.new "/* Made from ci/users/ by ci/embed_starters.cmake. */
#include \"engine/cli/starters.h\"

${arrays}const aud_starter aud_starters[] = {
${rows}};
const size_t aud_num_starters = ${number};
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
