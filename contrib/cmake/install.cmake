# What `cmake --install` puts where: the program with its pages and completions; the
# library; its headers, and how CMake and pkg-config find it. Components: program,
# library, development (contrib/cmake/package.cmake makes a package of each).
install(TARGETS outfeed_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(TARGETS outfeed EXPORT outfeedTargets
	ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
	LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library
	NAMELINK_COMPONENT development
	RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT library)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/outfeed
	DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
	FILES_MATCHING PATTERN "*.h")

# -- CMake and pkg-config
set(OUTFEED_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/outfeed)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/outfeedConfig.cmake.in
	${PROJECT_BINARY_DIR}/outfeedConfig.cmake INSTALL_DESTINATION ${OUTFEED_PACKAGE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/outfeedConfigVersion.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/outfeedConfig.cmake
	${PROJECT_BINARY_DIR}/outfeedConfigVersion.cmake
	DESTINATION ${OUTFEED_PACKAGE_DIR} COMPONENT development)
install(EXPORT outfeedTargets NAMESPACE outfeed:: DESTINATION ${OUTFEED_PACKAGE_DIR}
	COMPONENT development)

# Who links the shared library needs none of what it stands on, not even their .pc files.
set(OUTFEED_PC_PRIVATE "")
if(NOT BUILD_SHARED_LIBS)
	string(APPEND OUTFEED_PC_PRIVATE "Requires.private: libxml-2.0 yaml-0.1 libutf8proc "
		"sqlite3 md4c md4c-html libcares libpsl jansson zlib")
	if(BROTLI_FOUND)
		string(APPEND OUTFEED_PC_PRIVATE " libbrotlienc")
	endif()
	if(OUTFEED_POSTGRES AND LIBPQ_FOUND)
		string(APPEND OUTFEED_PC_PRIVATE " libpq")
	endif()
	string(APPEND OUTFEED_PC_PRIVATE "\nLibs.private: -lcurl")
	if(OUTFEED_SERVE AND MICROHTTPD_FOUND)
		string(APPEND OUTFEED_PC_PRIVATE " -lmicrohttpd")
	endif()
	string(APPEND OUTFEED_PC_PRIVATE " -lpthread -lm\n")
endif()
# Where it lies says where the rest is, so that `cmake --install --prefix` may move it.
set(OUTFEED_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND NOT IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
	file(RELATIVE_PATH up /root/${CMAKE_INSTALL_LIBDIR}/pkgconfig /root)
	string(REGEX REPLACE "/$" "" OUTFEED_PC_PREFIX "\${pcfiledir}/${up}")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/outfeed.pc.in ${PROJECT_BINARY_DIR}/outfeed.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/outfeed.pc
	DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)

# -- Pages
foreach(section 1 5)
	file(GLOB pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/contrib/man/*.${section})
	install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section}
		COMPONENT program)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/contrib/man/liboutfeed.3
	DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT development)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
	${PROJECT_SOURCE_DIR}/contrib/CHANGELOG.md
	DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
if(EXISTS ${PROJECT_SOURCE_DIR}/contrib/SECURITY.md)
	install(FILES ${PROJECT_SOURCE_DIR}/contrib/SECURITY.md
		DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
endif()

# -- Completions, as the program prints them
set(OUTFEED_COMPLETIONS ${PROJECT_BINARY_DIR}/completion)
file(MAKE_DIRECTORY ${OUTFEED_COMPLETIONS})
foreach(shell bash zsh fish)
	add_custom_command(OUTPUT ${OUTFEED_COMPLETIONS}/${shell}
		COMMAND outfeed_program help --completion ${shell} > ${OUTFEED_COMPLETIONS}/${shell}
		DEPENDS outfeed_program COMMENT "Completions for ${shell}" VERBATIM)
	list(APPEND OUTFEED_COMPLETION_FILES ${OUTFEED_COMPLETIONS}/${shell})
endforeach()
add_custom_target(completions ALL DEPENDS ${OUTFEED_COMPLETION_FILES})
install(FILES ${OUTFEED_COMPLETIONS}/bash RENAME outfeed
	DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${OUTFEED_COMPLETIONS}/zsh RENAME _outfeed
	DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT program)
install(FILES ${OUTFEED_COMPLETIONS}/fish RENAME outfeed.fish
	DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)

# What runs it: units, and what a job of a code host calls.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/contrib/systemd/ DESTINATION lib/systemd/system COMPONENT program)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/contrib/ci/publish.sh
	DESTINATION ${CMAKE_INSTALL_DATADIR}/outfeed/ci COMPONENT program)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/contrib/ids-from-feed.py
	DESTINATION ${CMAKE_INSTALL_DATADIR}/outfeed COMPONENT program)
