# What `cmake --install` puts where: the program, the library, its headers, and
# how CMake and pkg-config find it.
install(TARGETS outfeed_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS outfeed EXPORT outfeedTargets
	ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
	LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
	RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/outfeed
	DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

set(OUTFEED_PC_SERVER "")
if(OUTFEED_SERVE AND MICROHTTPD_FOUND)
	set(OUTFEED_PC_SERVER " -lmicrohttpd")
endif()
set(OUTFEED_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/outfeed)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/outfeedConfig.cmake.in
	${PROJECT_BINARY_DIR}/outfeedConfig.cmake INSTALL_DESTINATION ${OUTFEED_PACKAGE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/outfeedConfigVersion.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/outfeedConfig.cmake
	${PROJECT_BINARY_DIR}/outfeedConfigVersion.cmake DESTINATION ${OUTFEED_PACKAGE_DIR})
install(EXPORT outfeedTargets NAMESPACE outfeed:: DESTINATION ${OUTFEED_PACKAGE_DIR})

if(BROTLI_FOUND)
	set(OUTFEED_PC_BROTLI " libbrotlienc")
else()
	set(OUTFEED_PC_BROTLI "")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/outfeed.pc.in ${PROJECT_BINARY_DIR}/outfeed.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/outfeed.pc
	DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
# What runs it: units, and what a job of a code host calls.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/contrib/systemd/ DESTINATION lib/systemd/system)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/contrib/ci/publish.sh
	DESTINATION ${CMAKE_INSTALL_DATADIR}/outfeed/ci)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/contrib/ids-from-feed.py
	DESTINATION ${CMAKE_INSTALL_DATADIR}/outfeed)
