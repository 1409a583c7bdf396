# A wrong or unusual name of the processor leaves the choice of kernel files as it is:
# cmake -DBUILD=... -DSOURCE=... -DCOMPILER=... -DGENERATOR=... -P kernel_files_test.cmake

function(kernel_files build files)
  file(STRINGS ${build}/compile_commands.json lines REGEX "\"file\": .*/src/kernels/")
  list(SORT lines)
  set(${files} "${lines}" PARENT_SCOPE)
endfunction()

kernel_files(${BUILD} wanted)
foreach(name amd64 arm64)
  set(WORK ${BUILD}/kernel_files)
  file(REMOVE_RECURSE ${WORK})
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -G ${GENERATOR}
    -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_SYSTEM_NAME=${CMAKE_HOST_SYSTEM_NAME}
    -DCMAKE_SYSTEM_PROCESSOR=${name} RESULT_VARIABLE result OUTPUT_QUIET)
  kernel_files(${WORK} found)
  if(NOT result EQUAL 0 OR wanted STREQUAL "" OR NOT found STREQUAL wanted)
    message(FATAL_ERROR "other kernel files for the processor ${name}:\n${found}")
  endif()
endforeach()
