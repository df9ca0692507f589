# `cmake --install`: both programs, and what makes the gateway a service of systemd.
include(GNUInstallDirs)
install(TARGETS gateway otoroshictl RUNTIME)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES packaging/otoroshi-gateway.sysusers DESTINATION lib/sysusers.d RENAME otoroshi-gateway.conf)

# Written when it is installed, because only then the prefix is certain. systemd also looks into /usr/local/lib.
install(CODE "
  set(programs \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  set(documents \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/doc/${PROJECT_NAME}\")
  configure_file(\"${PROJECT_SOURCE_DIR}/packaging/otoroshi-gateway.service.in\"
                 \"${CMAKE_BINARY_DIR}/otoroshi-gateway.service\" @ONLY)")
install(FILES "${CMAKE_BINARY_DIR}/otoroshi-gateway.service" DESTINATION lib/systemd/system)

# What an operator has written stays.
install(CODE "
  set(folder /etc/otoroshi-gateway)
  if(NOT EXISTS \"\$ENV{DESTDIR}\${folder}/gateway.json\")
    file(INSTALL \"${PROJECT_SOURCE_DIR}/packaging/gateway.json\" DESTINATION \"\${folder}\")
  endif()")
